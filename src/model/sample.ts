import type { MetricName } from './metric-catalogue.ts';
import type { Milliseconds, MonoMs, WallMs } from './units.ts';

/** One tick of a run: one line of samples.ndjson. A value that could not be read is absent, never 0. */
export interface Sample {
  readonly wallMs: WallMs;
  readonly monoMs: MonoMs;
  /** Life of the target process: 0, then 1 after the first restart, and so on. Counters restart with it. */
  readonly segment: number;
  /** How late this tick came, after the moment it was planned for. */
  readonly lateMs: Milliseconds;
  readonly values: Readonly<Partial<Record<MetricName, number>>>;
}
