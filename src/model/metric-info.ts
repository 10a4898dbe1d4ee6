import type { ThresholdUnit } from './threshold.ts';

/** One row of the metric catalogue: what is known of a series, and what is done with it. */
export interface MetricInfo {
  readonly unit: 'bytes' | 'percent' | 'ms' | 'count' | 'share';
  /** `gauge`: the value at the tick. `counter`: rises only, within one segment (one life of the process). */
  readonly kind: 'gauge' | 'counter';
  /** Which way is worse. */
  readonly better: 'lower' | 'higher' | 'neither';
  readonly source: 'pidusage' | 'proc' | 'cgroup' | 'runtime' | 'load' | 'tool' | 'database';
  readonly title: string;
  /**
   * Its place among the charts of a report, in rising order; absent: no chart. Of a counter, the change per second is drawn.
   */
  readonly chart?: number;
  /** Its trend is tested, and a check judges it; absent: none. Of a counter, the change per second. */
  readonly trend?: MetricTrend;
  /** Name and kind of the limit that `resources` of a scenario or an SLO file may set on it; absent: none. */
  readonly limit?: MetricLimit;
  /** How it is compared with a baseline; absent: not at all. */
  readonly baseline?: MetricBaseline;
}

export interface MetricTrend {
  /**
   * Series that are tested together share a correction for how many they are, so that each makes the tests of all others
   * stricter. `context` explains what others show and is corrected apart.
   */
  readonly family: 'primary' | 'other' | 'context';
  /** `made`: analysis/trend-series.ts makes its series in a way of its own. */
  readonly from: 'samples' | 'made';
  /** Samples that a capture of ours disturbed count too: of what captures do not touch. */
  readonly disturbed?: true;
}

export interface MetricLimit {
  /** As limits name it: `rss`. Metrics of one name are held together. */
  readonly name: string;
  readonly unit: ThresholdUnit;
  /**
   * The worst of what counts. `mean` and `p99`: under load, without captures, since such a limit is about the service and
   * not about idle minutes or our snapshots. `max` and `rate` (the change per second): of the whole run.
   */
  readonly measure: 'mean' | 'p99' | 'max' | 'rate';
  /** If several metrics have the name: their `sum`, the `larger`, or one that replaces the other when it is missing. */
  readonly join?: 'sum' | 'larger' | 'stand-in';
  /** In the list of gates, where it is not the name itself: `rss max`. */
  readonly gate?: string;
}

export interface MetricBaseline {
  /** Times and sizes are compared; a count would need words of its own. */
  readonly unit: 'bytes' | 'ms';
  /** Where stored baselines have another name for it. */
  readonly key?: string;
  /** At the start of a sentence, after an article. */
  readonly title: string;
  /** How much runs of one build on one quiet machine differ, as a standard deviation of the logarithm. */
  readonly usualSpread: number;
  /** A change below this share of the level, or below `leastChange` in the unit, is no regression however certain. */
  readonly leastShare: number;
  readonly leastChange: number;
}
