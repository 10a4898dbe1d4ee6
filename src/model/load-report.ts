import type { Gate, RequestSummary } from './report.ts';
import type { Bytes, CpuPercent, Milliseconds, Share } from './units.ts';

/** What `profiler load --json` ends with. */
export interface LoadReport {
  readonly schema: 'profiler-load/1';
  /** Without pauses. */
  readonly durationMs: Milliseconds;
  readonly offered: number;
  readonly completed: number;
  /** Arrivals that were not sent: too many in flight, no user ready, or the end came before their turn. */
  readonly dropped: number;
  /** Sent, but not answered by the end of the load and 5 s more: given up. */
  readonly aborted: number;
  readonly late: { readonly count: number; readonly maxMs: Milliseconds };
  /** The figures say more about the generator than about the target: see `limits`. */
  readonly generatorLimited: boolean;
  /** Why, as text; empty otherwise. */
  readonly limits: readonly string[];
  /** What the generator itself took: all of its processes together, but for the loop, which is that of the busiest. */
  readonly generator: {
    readonly workers: number;
    readonly cpuPercent: CpuPercent;
    readonly eventLoopUtilization: Share;
    readonly loopDelay: { readonly p99Ms: Milliseconds; readonly maxMs: Milliseconds };
    readonly rssBytes: Bytes;
  };
  /** The limit that ended the load early; null when it ran to its end. */
  readonly abortedBy: string | null;
  readonly requests: readonly RequestSummary[];
  /** Failures by request and class, most first. */
  readonly errors: readonly { readonly name: string; readonly kind: string; readonly count: number }[];
  readonly gates: readonly Gate[];
}
