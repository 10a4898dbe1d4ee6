import type { RequestInterval } from '../model/requests.ts';
import type { Load, LoadEnd, LoadListeners } from './load-client.ts';
import type { LoadTotals } from './load-messages.ts';
import { mergeIntervals } from './merge-intervals.ts';

/**
 * Several load processes as one load. Their intervals are merged once each of them has reported; percentiles of the whole
 * come from merged histograms, since percentiles themselves cannot be averaged.
 */
export async function startGroup(
  count: number,
  listeners: LoadListeners,
  startWorker: (index: number, listeners: LoadListeners) => Promise<Load>,
): Promise<Load> {
  const reported = new Set<number>();
  const over = new Set<number>();
  const latest: LoadTotals[] = [];
  let pending: RequestInterval[] = [];
  const told = new Set<string>();

  const flush = (): void => {
    reported.clear();
    const merged = mergeIntervals(pending);
    pending = [];
    const totals = mergeTotals(latest.filter(Boolean));
    if (totals) listeners.onInterval?.(merged, totals);
  };
  const own = (index: number): LoadListeners => ({
    onInterval: (intervals, totals) => {
      latest[index] = totals;
      pending.push(...intervals);
      reported.add(index);
      if (reported.size + [...over].filter((one) => !reported.has(one)).length >= count) flush();
    },
    onError: (name, kind) => {
      if (told.has(`${name} ${kind}`)) return;
      told.add(`${name} ${kind}`);
      listeners.onError?.(name, kind);
    },
    ...(index === 0 && listeners.onSuspended ? { onSuspended: listeners.onSuspended } : {}),
  });

  const workers = await Promise.all(Array.from({ length: count }, (_, index) => startWorker(index, own(index))));
  const all = async (action: (worker: Load) => Promise<unknown>): Promise<void> =>
    void (await Promise.all(workers.map(action)));
  workers.forEach((worker, index) => {
    void worker.ended.then(() => over.add(index));
  });
  const totalsAfter = async (action: (worker: Load) => Promise<LoadTotals>): Promise<LoadTotals> => {
    const totals = mergeTotals(await Promise.all(workers.map(action)));
    if (pending.length > 0) flush();
    if (!totals) throw new RangeError('a load without processes');
    return totals;
  };
  return {
    pid: workers[0]?.pid ?? 0,
    start: () => all((worker) => worker.start()),
    pause: (graceMs, how) => totalsAfter((worker) => worker.pause(graceMs, how)),
    resume: () => all((worker) => worker.resume()),
    setLevel: (level) => all((worker) => worker.setLevel(level)),
    stop: () => totalsAfter((worker) => worker.stop()),
    totals: () => mergeTotals(workers.flatMap((worker) => worker.totals() ?? [])),
    ended: endOf(workers),
  };
}

/** Over when all are; lost when one is, and then the others are stopped. */
async function endOf(workers: readonly Load[]): Promise<LoadEnd> {
  const lost = new Promise<LoadEnd>((resolve) => {
    for (const worker of workers) void worker.ended.then((end) => end.reason === 'lost' && resolve(end));
  });
  const ends = Promise.all(workers.map((worker) => worker.ended));
  const end = await Promise.race([lost, ends]);
  if (Array.isArray(end)) {
    return {
      reason: end[0]?.reason ?? 'over',
      detail: '',
      totals: mergeTotals(end.flatMap(({ totals }) => totals ?? [])),
    };
  }
  await Promise.allSettled(workers.map((worker) => worker.stop()));
  return end;
}

function mergeTotals(totals: readonly LoadTotals[]): LoadTotals | null {
  const [first, ...others] = totals;
  return first ? others.reduce(addTotals, first) : null;
}

function addTotals(a: LoadTotals, b: LoadTotals): LoadTotals {
  const most = (x: number, y: number): number => Math.max(x, y);
  return {
    startMonoMs: Math.min(a.startMonoMs, b.startMonoMs),
    atMonoMs: most(a.atMonoMs, b.atMonoMs),
    activeMs: most(a.activeMs, b.activeMs),
    offered: a.offered + b.offered,
    completed: a.completed + b.completed,
    errors: a.errors + b.errors,
    dropped: a.dropped + b.dropped,
    aborted: a.aborted + b.aborted,
    inFlight: a.inFlight + b.inFlight,
    users: a.users + b.users,
    repeatedSetups: a.repeatedSetups + b.repeatedSetups,
    late: { count: a.late.count + b.late.count, maxMs: most(a.late.maxMs, b.late.maxMs) },
    suspendedMs: most(a.suspendedMs, b.suspendedMs),
    // The busiest process is the one that limits.
    generator: {
      eventLoopUtilization: most(a.generator.eventLoopUtilization, b.generator.eventLoopUtilization),
      recentEventLoopUtilization: most(a.generator.recentEventLoopUtilization, b.generator.recentEventLoopUtilization),
      cpuMs: a.generator.cpuMs + b.generator.cpuMs,
      loopDelay: {
        p99Ms: most(a.generator.loopDelay.p99Ms, b.generator.loopDelay.p99Ms),
        maxMs: most(a.generator.loopDelay.maxMs, b.generator.loopDelay.maxMs),
      },
      rssBytes: a.generator.rssBytes + b.generator.rssBytes,
      errors: a.generator.errors + b.generator.errors,
    },
  };
}
