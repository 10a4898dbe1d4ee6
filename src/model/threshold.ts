export type ThresholdOperator = '<' | '<=' | '>' | '>=';

/** `percent` is 0 to 100 (`cpu`: percent of one core). Times are milliseconds, rates per second. */
export type ThresholdUnit = 'ms' | 'per-second' | 'percent' | 'bytes' | 'bytes-per-second' | 'count';

/** One limit to hold, as a scenario or an SLO file writes it: `p(95)<300ms` under the name of a request. */
export interface Threshold {
  /** Name of a request, `*` for all requests together, or `resources`. */
  readonly subject: string;
  /**
   * `p(95)`, `max`, `rate`, `errors`, `dropped`; of resources `cpu`, `rss`, `heap`, `fds`, `threads`, and what else the
   * metric catalogue gives a limit.
   */
  readonly metric: string;
  /** 95 of `p(95)`, else null. */
  readonly percentile: number | null;
  readonly operator: ThresholdOperator;
  readonly value: number;
  readonly unit: ThresholdUnit;
  /** As it was written. */
  readonly text: string;
  /** The load ends when the limit fails, but not before this much time has passed; absent: it continues. */
  readonly abortAfterMs?: number;
}
