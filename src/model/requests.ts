import type { Bytes, Milliseconds, MonoMs } from './units.ts';

/** What the responses of an interval were like, apart from their latency. Sums, so that intervals can be added up. */
export interface AnswerTraits {
  /** Answers as expected; the fields below cover these only. */
  readonly answers: number;
  /** Of their bodies, as they came over the wire. */
  readonly bodyBytes: Bytes;
  readonly jsonAnswers: number;
  /** The service closed the connection although the request did not ask for it. */
  readonly closed: number;
  /** Connections that were opened for these requests, and how long that took. */
  readonly connects: number;
  readonly connectMs: Milliseconds;
  /** Answers of text to requests that offered to take it compressed, and how many of them came compressed. */
  readonly compressible: number;
  readonly compressed: number;
  /** Some bodies that came as they are: their size, and what gzip (level 6) makes of them. */
  readonly sampleBytes: Bytes;
  readonly sampleGzipBytes: Bytes;
  /** Answers that lead elsewhere (3xx, but for 304), which the load does not follow. Absent in runs of earlier versions. */
  readonly redirects?: number;
}

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
  /** Arrivals that were not sent: too many were in flight, no user was ready, or the load ended before their turn. */
  readonly dropped: number;
  /**
   * Sent, but given up when the load paused or ended: not in `count`, and in the distributions with the time that they had
   * waited by then. Absent in runs that were recorded before this was counted.
   */
  readonly aborted?: number;
  /** Sent more than 10 ms (or 10 % of the arrival interval, if longer) after the intended time. */
  readonly late: number;
  readonly maxLateMs: number;
  /** Errors by class: `status 500`, `ECONNRESET`, `timeout`, `expectation`. */
  readonly errorKinds: Readonly<Record<string, number>>;
  /**
   * HdrHistogram, microseconds, compressed base64: from the intended send time to the end of the answer. Of requests that
   * were answered as expected, and of those that got no response, with the time that they waited.
   */
  readonly intended: string;
  /** The same from the actual send time. */
  readonly service: string;
  /**
   * Like `intended`, of answers that were errors: a service that fails fast is not a fast one. Absent where there are none,
   * and in runs that were recorded before they were kept apart (`intended` holds them there).
   */
  readonly failed?: string;
  /**
   * Only the set-up of the users sends requests of this name. Absent: its tasks do (or the run is of an earlier version).
   */
  readonly isSetup?: true;
  /** Absent in runs that were recorded before answers were looked at. */
  readonly traits?: AnswerTraits;
}
