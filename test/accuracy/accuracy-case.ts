import type { FindingKind } from '../../src/model/finding-catalogue.ts';
import type { Route } from './services.ts';

/** One soak of one service, and what its report should say. */
export interface AccuracyCase {
  readonly name: string;
  readonly service: string;
  /** `none` for the healthy twin, driven at the same route. */
  readonly fault: string;
  /** The route that gets half of the requests; the others share the rest. */
  readonly focus: string;
  /** What grows, or for a healthy case what only looks as if it grew. */
  readonly about: string;
  /** Finding kinds that are right; empty for a healthy case. */
  readonly kinds: readonly FindingKind[];
  /** Words of which class, holder or path of the first finding should hold one. */
  readonly names: readonly string[];
  /** Words of findings that follow from the leak: right, though they do not name it. */
  readonly consequences: readonly string[];
  /**
   * Ends of the file that the first finding should name, of a package as `index.js of p-map`, from its root; empty where
   * no line can be known.
   */
  readonly files: readonly string[];
  readonly ratePerSecond: number;
  readonly seconds: number;
  readonly nodeMajor: number;
  /** What this case asks of its focus otherwise than others do: bigger bodies, fewer keys. */
  readonly route: Partial<Route>;
  /** Part of the cut that CI drives. */
  readonly isInCiCut: boolean;
}

export type Options = Partial<Pick<AccuracyCase, 'ratePerSecond' | 'seconds' | 'nodeMajor' | 'route' | 'isInCiCut'>>;
type Expected = Pick<AccuracyCase, 'about' | 'kinds' | 'names' | 'files'> & Partial<Pick<AccuracyCase, 'consequences'>>;

const DEFAULTS = { ratePerSecond: 150, seconds: 40, nodeMajor: 20, route: {}, isInCiCut: false };

/** `where`: service, fault and route: `express-shop/cart-map at carts`. */
export function leak(where: string, details: Expected & Options): AccuracyCase {
  const [name, focus] = split(where, ' at ');
  const [service, fault] = split(name, '/');
  return { ...DEFAULTS, consequences: [], ...details, name, service, fault, focus };
}

/** `where`: service and route: `express-shop at articles`. */
export function healthy(where: string, about: string, options: Options = {}): AccuracyCase {
  const [service, focus] = split(where, ' at ');
  return {
    ...DEFAULTS,
    ...options,
    name: `${service}/healthy-${focus}`,
    service,
    fault: 'none',
    focus,
    about,
    kinds: [],
    names: [],
    consequences: [],
    files: [],
  };
}

export function isHealthy(one: AccuracyCase): boolean {
  return one.kinds.length === 0;
}

function split(text: string, separator: string): [string, string] {
  const [left = '', right = ''] = text.split(separator);
  if (left === '' || right === '') throw new Error(`"${text}" should be two words with "${separator}" between`);
  return [left, right];
}
