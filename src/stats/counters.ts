import type { MetricName } from '../model/metric-catalogue.ts';
import type { Milliseconds, MonoMs } from '../model/units.ts';

/** Values of counters at one moment of one life of the process: a sample, or what a live view read. */
export interface Reading {
  readonly monoMs: MonoMs;
  readonly segment: number;
  readonly values: Readonly<Partial<Record<MetricName, number>>>;
}

/** What counters gained, all together, from one reading to the next that has them. */
export interface Rise {
  readonly atMs: MonoMs;
  readonly lastedMs: Milliseconds;
  readonly gained: number;
}

/**
 * What counters gained, all together, between two readings. Null if unknown: the process was started again
 * between them, a reading lacks one of them, or one fell (what counts it was put there again).
 */
export function gainedBetween(from: Reading | null, to: Reading, ...names: readonly MetricName[]): number | null {
  if (from === null || from.segment !== to.segment) return null;
  let sum = 0;
  for (const name of names) {
    const gained = (to.values[name] ?? Number.NaN) - (from.values[name] ?? Number.NaN);
    if (!(gained >= 0)) return null;
    sum += gained;
  }
  return sum;
}

/**
 * Every known gain, in order of time. Readings that lack a counter are passed over, so the rise after a gap is that of the
 * gap as well; nothing is known of the time between the last reading of one life and the first of the next.
 */
export function risesOf(readings: readonly Reading[], ...names: readonly MetricName[]): Rise[] {
  const rises: Rise[] = [];
  let before: Reading | null = null;
  for (const reading of readings) {
    if (names.some((name) => reading.values[name] === undefined)) continue;
    const gained = gainedBetween(before, reading, ...names);
    const lastedMs: Milliseconds = before === null ? 0 : reading.monoMs - before.monoMs;
    if (gained !== null && lastedMs > 0) rises.push({ atMs: reading.monoMs, lastedMs, gained });
    before = reading;
  }
  return rises;
}

/** All that is known to have been gained, over restarts too; null if nothing is known. */
export function totalGain(readings: readonly Reading[], ...names: readonly MetricName[]): number | null {
  const rises = risesOf(readings, ...names);
  return rises.length === 0 ? null : rises.reduce((sum, { gained }) => sum + gained, 0);
}

/** Gained per millisecond, over the time of which it is known: of milliseconds that were spent, the share of the time. */
export function gainPerMs(readings: readonly Reading[], ...names: readonly MetricName[]): number | null {
  const rises = risesOf(readings, ...names);
  const lastedMs = rises.reduce((sum, rise) => sum + rise.lastedMs, 0);
  return lastedMs > 0 ? rises.reduce((sum, { gained }) => sum + gained, 0) / lastedMs : null;
}

export function perSecond({ gained, lastedMs }: Rise): number {
  return (1000 * gained) / lastedMs;
}
