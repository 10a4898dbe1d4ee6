import type { Gate, RequestSummary } from '../model/report.ts';
import type { Milliseconds } from '../model/units.ts';
import type { LoadTotals } from './load-messages.ts';

/** What `profiler load --json` ends with. */
interface LoadReport {
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

const LATE_SHARE_LIMIT = 0.01;
const UTILIZATION_LIMIT = 0.8;

export function buildLoadReport(
  totals: LoadTotals,
  requests: readonly RequestSummary[],
  gates: readonly Gate[],
): LoadReport {
  const limits = generatorLimits(totals);
  return {
    schema: 'profiler-load/1',
    durationMs: Math.round(totals.activeMs),
    offered: totals.offered,
    completed: totals.completed,
    dropped: totals.dropped,
    late: totals.late,
    generatorLimited: limits.length > 0,
    limits,
    requests,
    gates,
  };
}

/** A generator that sends late, has no time left or runs out of sockets measures itself. */
function generatorLimits({ late, completed, generator, suspendedMs }: LoadTotals): string[] {
  const limits: string[] = [];
  const lateShare = late.count / Math.max(1, completed);
  if (lateShare > LATE_SHARE_LIMIT) limits.push(`${percent(lateShare)} of the requests were sent late`);
  if (generator.eventLoopUtilization > UTILIZATION_LIMIT) {
    limits.push(`the event loop of the generator was busy ${percent(generator.eventLoopUtilization)} of the time`);
  }
  if (generator.errors > 0) limits.push(`${generator.errors} requests failed for lack of local ports or descriptors`);
  if (suspendedMs > 0) limits.push(`the generator was suspended for ${Math.round(suspendedMs / 1000)} s`);
  return limits;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
