import type { MeasureUnit } from '../../model/baseline.ts';
import { COMPARED_METRICS } from '../../model/metric-catalogue.ts';
import { MEASURE_TITLE } from '../../words/baseline.ts';

/** How one figure is compared. */
export interface MeasureKind {
  readonly unit: MeasureUnit;
  readonly better: 'lower' | 'higher';
  /**
   * `ratio`: noise grows with the level (times, memory, rates), so logarithms are compared. `difference`: shares and
   * percent, which may be 0.
   */
  readonly scale: 'ratio' | 'difference';
  /**
   * How much runs of one build on one quiet machine differ, as a standard deviation: of the logarithm, or in the unit.
   * It stands in where too few runs are there to tell, and weighs as much as `PRIOR_DEGREES` runs more.
   */
  readonly usualSpread: number;
  /** A change below this share of the level, or below `leastChange` in the unit, is no regression however certain. */
  readonly leastShare: number;
  readonly leastChange: number;
  readonly title: (name: string) => string;
}

export const PRIOR_DEGREES = 4;
/** From here on the spread between runs is measured rather than assumed. */
export const ENOUGH_RUNS = 3;

const CATALOGUE: Readonly<Record<string, MeasureKind>> = {
  'latency.p50': time(0.1, 0.5, (name) => MEASURE_TITLE.latency('median', name)),
  'latency.p95': time(0.15, 1, (name) => MEASURE_TITLE.latency('95th percentile', name)),
  'load.rate': {
    unit: 'per-second',
    better: 'higher',
    scale: 'ratio',
    usualSpread: 0.04,
    leastShare: 0.05,
    leastChange: 0.5,
    title: () => MEASURE_TITLE.rate,
  },
  'load.errors': {
    // Earlier baselines hold percent too, under the unit `share`.
    unit: 'percent',
    better: 'lower',
    scale: 'difference',
    usualSpread: 0.2,
    leastShare: 0,
    leastChange: 0.5,
    title: () => MEASURE_TITLE.errors,
  },
  'cpu.per-request': time(0.1, 0.02, () => MEASURE_TITLE.cpu),
  ...ofMetrics(),
  'gc.share': {
    unit: 'share',
    better: 'lower',
    scale: 'difference',
    usualSpread: 0.01,
    leastShare: 0.1,
    leastChange: 0.01,
    title: () => MEASURE_TITLE.collections,
  },
};

function time(usualSpread: number, leastChange: number, title: MeasureKind['title']): MeasureKind {
  return { unit: 'ms', better: 'lower', scale: 'ratio', usualSpread, leastShare: 0.1, leastChange, title };
}

/** Those that the metric catalogue wants compared. */
function ofMetrics(): Record<string, MeasureKind> {
  return Object.fromEntries(
    COMPARED_METRICS.map(({ key, title, unit, usualSpread, leastShare, leastChange }) => [
      key,
      { unit, better: 'lower', scale: 'ratio', usualSpread, leastShare, leastChange, title: () => title },
    ]),
  );
}

/** By the key of a measure, `latency.p95 lock-proof`; null for a series that is not compared. */
export function measureKind(key: string): { readonly kind: MeasureKind; readonly name: string } | null {
  const space = key.indexOf(' ');
  const [base, name] = space < 0 ? [key, ''] : [key.slice(0, space), key.slice(space + 1)];
  const kind = Object.hasOwn(CATALOGUE, base) ? CATALOGUE[base] : undefined;
  return kind ? { kind, name } : null;
}
