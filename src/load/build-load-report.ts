import type { LoadReport } from '../model/load-report.ts';
import type { Gate, RequestSummary } from '../model/report.ts';
import type { LoadTotals } from './load-messages.ts';

const LATE_SHARE_LIMIT = 0.01;
const UTILIZATION_LIMIT = 0.8;

interface LoadFacts {
  readonly workers: number;
  readonly abortedBy: string | null;
  readonly requests: readonly RequestSummary[];
  readonly errors: LoadReport['errors'];
  readonly gates: readonly Gate[];
}

export function buildLoadReport(totals: LoadTotals, facts: LoadFacts): LoadReport {
  const limits = generatorLimits(totals);
  const { generator, activeMs } = totals;
  return {
    schema: 'profiler-load/1',
    durationMs: Math.round(totals.activeMs),
    offered: totals.offered,
    completed: totals.completed,
    dropped: totals.dropped,
    aborted: totals.aborted,
    late: totals.late,
    generatorLimited: limits.length > 0,
    limits,
    generator: {
      workers: facts.workers,
      cpuPercent: activeMs > 0 ? (100 * generator.cpuMs) / activeMs : 0,
      eventLoopUtilization: generator.eventLoopUtilization,
      loopDelay: generator.loopDelay,
      rssBytes: generator.rssBytes,
    },
    abortedBy: facts.abortedBy,
    requests: facts.requests,
    errors: facts.errors,
    gates: facts.gates,
  };
}

/** A generator that sends late, has no time left or runs out of sockets measures itself. */
export function generatorLimits({ late, completed, aborted, generator, suspendedMs }: LoadTotals): string[] {
  const limits: string[] = [];
  const lateShare = late.count / Math.max(1, completed + aborted);
  if (lateShare > LATE_SHARE_LIMIT) limits.push(`${percent(lateShare)} of the requests were sent late`);
  if (generator.eventLoopUtilization > UTILIZATION_LIMIT) {
    limits.push(
      `the event loop of the generator was busy ${percent(generator.eventLoopUtilization)} of the time (--workers shares the load)`,
    );
  }
  if (generator.errors > 0) limits.push(`${generator.errors} requests failed for lack of local ports or descriptors`);
  if (suspendedMs > 0) limits.push(`the generator was suspended for ${Math.round(suspendedMs / 1000)} s`);
  return limits;
}

/** It had no time or no sockets left: what it measured is its own limit. Late sends alone are not that. */
export function isGeneratorSpent({ generator }: LoadTotals): boolean {
  return generator.eventLoopUtilization > UTILIZATION_LIMIT || generator.errors > 0;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
