import type { Gate, RequestSummary } from './report.ts';
import type { Milliseconds } from './units.ts';

/** What `profiler load --json` ends with. */
export interface LoadReport {
  readonly schema: 'profiler-load/1';
  /** Without pauses. */
  readonly durationMs: Milliseconds;
  readonly offered: number;
  readonly completed: number;
  readonly dropped: number;
  readonly late: { readonly count: number; readonly maxMs: Milliseconds };
  /** The figures say more about the generator than about the target: see `limits`. */
  readonly generatorLimited: boolean;
  /** Why, in words; empty otherwise. */
  readonly limits: readonly string[];
  readonly requests: readonly RequestSummary[];
  readonly gates: readonly Gate[];
}
