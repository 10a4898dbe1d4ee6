import type { ChangingLine } from '../../model/changing-line.ts';
import { type Bytes, formatBytes, formatCount, formatDuration, type Milliseconds } from '../../model/units.ts';
import { shortLineText } from '../changing-lines.ts';
import { code } from '../terms.ts';

/** A number that may bound what accumulates. */
export interface Bound {
  readonly name: string;
  /** The object that carries it, where it is not the holder. */
  readonly carrier: string | undefined;
  /** How many holders have one each. */
  readonly holders: number;
}

/** `bounds`: each as text. `neededMs`: how long a run must be to see them at work; 0 if unknown. */
export function mayStillFill(bounds: readonly string[], neededMs: Milliseconds): string {
  const advice = neededMs > 0 ? ` A run of ${formatDuration(neededMs)} at this load would show which it is.` : '';
  return `Its holder has ${bounds.join(', ')}: a cache with a bound or an expiry that was not reached in this run looks the same.${advice}`;
}

export function doesNotHold(bounds: readonly string[]): string {
  return `The bound of its holder does not work: ${bounds.join(', ')}.`;
}

export function boundName({ name, carrier }: Bound): string {
  return `${code(name)}${on(carrier)}`;
}

export function ofBytes(bound: Bound, value: Bytes, held: Bytes): string {
  return `${code(bound.name)} of ${formatBytes(value)}${on(bound.carrier)}${each(bound)}, and ${formatBytes(held)} are held`;
}

export function ofItems(bound: Bound, value: number, held: number): string {
  return `${code(bound.name)} of ${formatCount(value)} items${on(bound.carrier)}${each(bound)}, and ${formatCount(held)} are held`;
}

export function ofTime({ name, carrier }: Bound, ms: Milliseconds, isOver: boolean): string {
  return `${code(name)} of ${formatDuration(ms)}${on(carrier)}${isOver ? ', and older entries are still there' : ''}`;
}

/** A time in an unknown unit. */
export function ofUnknownTime({ name, carrier }: Bound, value: number): string {
  return `${code(name)} of ${formatCount(value)}${on(carrier)}`;
}

/** `line`: where the size is compared with the number. */
export function bySize(line: ChangingLine, items: number, held: number): string {
  return `a bound of ${formatCount(items)} items at ${shortLineText(line)}, and ${formatCount(held)} are held`;
}

/** `line`: what removes, and not sooner. */
export function byAge(line: ChangingLine, ms: Milliseconds): string {
  return `an expiry of ${formatDuration(ms)} at ${shortLineText(line)}`;
}

function on(carrier: string | undefined): string {
  return carrier === undefined ? '' : ` on ${code(carrier)}`;
}

function each({ holders }: Bound): string {
  return holders > 1 ? ` in each of ${formatCount(holders)}` : '';
}
