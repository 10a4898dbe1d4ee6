import type { MonoMs } from './units.ts';

/** The name of the probe's requests: not among all requests (`*`), and no request of a scenario may be called so. */
export const PROBE_NAME = 'probe';

/** Load of one interval under one request name: one line of requests.ndjson. */
export interface RequestInterval {
  readonly startMonoMs: MonoMs;
  readonly endMonoMs: MonoMs;
  readonly name: string;
  /** Completed requests, errors included. */
  readonly count: number;
  readonly errors: number;
  /** Arrivals that were not sent since too many were in flight. */
  readonly dropped: number;
  /** Sent more than 10 ms (or 10 % of the arrival interval, if longer) after the intended time. */
  readonly late: number;
  readonly maxLateMs: number;
  /** Errors by class: `status 500`, `ECONNRESET`, `timeout`, `expectation`. */
  readonly errorKinds: Readonly<Record<string, number>>;
  /** HdrHistogram, microseconds, compressed base64: from the intended send time to the end of the answer. */
  readonly intended: string;
  /** The same from the actual send time. */
  readonly service: string;
}
