import type { RouteCount } from '../../../model/run-event.ts';
import type { QueryReading } from '../query/target-query-probe.ts';

/** One reading, as JSON over the inspector. Times in milliseconds, sizes in bytes; null if it is unavailable. */
export interface ProbeReading {
  readonly monoMs: number;
  readonly memory: { readonly heapUsed: number; readonly external: number; readonly arrayBuffers: number } | null;
  readonly heap: {
    readonly total: number;
    readonly limit: number;
    readonly malloced: number;
    readonly contexts: number;
  } | null;
  /** Used bytes by name of the space. */
  readonly spaces: Readonly<Record<string, number>> | null;
  /** Delay of the event loop since the last reading; the percentiles are null when no turn ended since. */
  readonly loop: { readonly p50: number | null; readonly p99: number | null; readonly max: number } | null;
  readonly utilization: number | null;
  /** Counts and times since the installation, the longest pause since the last reading. */
  readonly gc: {
    readonly major: number;
    readonly majorMs: number;
    readonly minor: number;
    readonly minorMs: number;
    readonly otherMs: number;
    readonly maxPauseMs: number;
  } | null;
  /** Heap in use right after each major collection since the last reading. */
  readonly live: readonly { readonly monoMs: number; readonly bytes: number }[];
  /** Active resources by type. */
  readonly resources: Readonly<Record<string, number>> | null;
  /**
   * Since the installation: answered, of these with a status of 500 or more, died unanswered; in progress now; milliseconds
   * from arrival to answer, summed.
   */
  readonly requests: {
    readonly served: number;
    readonly errors: number;
    readonly aborted: number;
    readonly active: number;
    readonly latencySumMs: number;
    /** Listening HTTP servers: null once a request was seen. */
    readonly servers: number | null;
  } | null;
  /** Of the query probe, where that is installed too. */
  readonly queries: QueryReading | null;
}

export interface TargetProbe {
  sample(): ProbeReading;
  /** Empty if requests are not seen. */
  routes(): RouteCount[];
  beginStallWatch(id: number): void;
  endStallWatch(id: number): number | null;
  remove(): void;
}

export interface ProbeOptions {
  readonly httpProbes: boolean;
}
