import { RequestMeasures } from '../analysis/request-measures.ts';
import type { StageFacts } from '../analysis/stage-judge.ts';
import { requestGates } from '../analysis/threshold-gates.ts';
import { generatorLimits, isGeneratorSpent } from '../load/build-load-report.ts';
import type { LoadTotals } from '../load/load-messages.ts';
import type { MetricName } from '../model/metric-catalogue.ts';
import type { RequestInterval } from '../model/requests.ts';
import type { Sample } from '../model/sample.ts';
import type { StageResources } from '../model/stress-report.ts';
import type { Threshold } from '../model/threshold.ts';
import type { Milliseconds } from '../model/units.ts';
import { gainPerMs } from '../stats/counters.ts';
import { RequestTotals } from '../stats/request-summary.ts';

/** What was recorded while one level was held. */
export interface HeldStage {
  readonly level: number;
  readonly workers: number;
  readonly startedMs: Milliseconds;
  /** Whole intervals, in order of time. */
  readonly intervals: readonly RequestInterval[];
  readonly before: LoadTotals;
  readonly after: LoadTotals;
  readonly samples: readonly Sample[];
  readonly isTargetLost: boolean;
}

/** A stage is cut into this many parts; three in a row are half of it. */
const WINDOWS = 6;
/** A window of fewer answers to one request says nothing about a percentile. */
const LEAST_ANSWERS = 10;

/** `isOpen`: the level is a rate of arrivals that should all be answered. */
export function stageFacts(held: HeldStage, thresholds: readonly Threshold[], isOpen: boolean): StageFacts {
  const { level, startedMs, intervals, before, after, samples, isTargetLost } = held;
  const measures = new RequestMeasures();
  const totals = new RequestTotals();
  for (const interval of intervals) {
    measures.add(interval);
    totals.add(interval);
  }
  const all = measures.get('*');
  const count = all?.count ?? 0;
  const lastedMs = all?.lastedMs ?? 0;
  const throughput = lastedMs > 0 ? (1000 * count) / lastedMs : 0;
  const offered = after.offered - before.offered;
  const own = since(held);
  const limits = generatorLimits(own);
  const seen: StageFacts['seen'] = {
    level,
    startedMs,
    lastedMs,
    throughputPerSecond: throughput,
    achievedShare: isOpen && offered > 0 ? Math.min(1, (after.completed - before.completed) / offered) : null,
    errorShare: count > 0 ? (all?.errors ?? 0) / count : isTargetLost ? 1 : 0,
    inFlight: isOpen ? (throughput * (all?.latencies.meanMs ?? 0)) / 1000 : after.users,
    p50Ms: all?.latencies.atPercentile(50) ?? 0,
    p99Ms: all?.latencies.atPercentile(99) ?? 0,
    requests: totals.summarise(),
    resources: resourcesOf(samples),
    generatorLimits: limits,
  };
  const timed = limits.length === 0 ? intervals : intervals.map((one) => ({ ...one, intended: one.service }));
  return { seen, windows: windowsOf(timed, thresholds), isTargetLost, isGeneratorSpent: isGeneratorSpent(own) };
}

/** The percentile limits that did not hold, window by window. */
function windowsOf(intervals: readonly RequestInterval[], thresholds: readonly Threshold[]): string[][] {
  const limits = thresholds.filter(({ percentile }) => percentile !== null);
  const [first] = intervals;
  const last = intervals.at(-1);
  if (!first || !last) return [];
  const widthMs = (last.endMonoMs - first.startMonoMs) / WINDOWS;
  const byWindow = Array.from({ length: WINDOWS }, (): RequestInterval[] => []);
  for (const interval of intervals) {
    const middleMs = (interval.startMonoMs + interval.endMonoMs) / 2;
    byWindow[Math.min(WINDOWS - 1, Math.floor((middleMs - first.startMonoMs) / widthMs))]?.push(interval);
  }
  return byWindow.map((window) => {
    const measures = new RequestMeasures();
    for (const interval of window) measures.add(interval);
    const enough = limits.filter(({ subject }) => (measures.get(subject)?.latencies.count ?? 0) >= LEAST_ANSWERS);
    return requestGates(measures, enough)
      .filter(({ status }) => status === 'fail')
      .map(({ name, limit }) => `${name} ${limit}`);
  });
}

/** What happened between two reports of the load, as totals of its own. */
function since({ before, after, workers }: HeldStage): LoadTotals {
  const cpuMs = after.generator.cpuMs - before.generator.cpuMs;
  const spanMs = after.atMonoMs - before.atMonoMs;
  return {
    ...after,
    completed: after.completed - before.completed,
    aborted: after.aborted - before.aborted,
    late: { count: after.late.count - before.late.count, maxMs: after.late.maxMs },
    suspendedMs: after.suspendedMs - before.suspendedMs,
    generator: {
      ...after.generator,
      // What the loop did since the report before last is not told; one thread is busy where it takes CPU.
      eventLoopUtilization: spanMs > 0 ? Math.min(1, cpuMs / workers / spanMs) : 0,
      errors: after.generator.errors - before.generator.errors,
    },
  };
}

function resourcesOf(samples: readonly Sample[]): StageResources {
  const values = (name: MetricName): number[] => samples.flatMap((sample) => sample.values[name] ?? []);
  const share = (...names: readonly MetricName[]): number | undefined => gainPerMs(samples, ...names) ?? undefined;
  const shares = [
    ratio(largest(values('cgroup.memory.current')), largest(values('cgroup.memory.limit'))),
    ratio(largest(values('heap.live')), largest(values('heap.limit'))),
  ].filter((one) => one !== undefined);
  return withoutUndefined({
    cpuPercent: mean(values('process.cpu')),
    loopUtilization: mean(values('loop.utilization')),
    loopDelayP99Ms: mean(values('loop.delay.p99')),
    rssBytes: largest(values('process.rss')),
    memoryShare: largest(shares),
    gcShare: share('gc.major.time', 'gc.minor.time'),
    runDelayShare: share('process.run-delay'),
    poolWaiting: mean(values('pool.waiting')),
    databaseConnections: largest(values('db.connections')),
  });
}

function withoutUndefined(
  resources: { [Key in keyof StageResources]: StageResources[Key] | undefined },
): StageResources {
  return Object.fromEntries(Object.entries(resources).filter(([, value]) => value !== undefined));
}

function mean(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length;
}

function largest(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : Math.max(...values);
}

function ratio(value: number | undefined, limit: number | undefined): number | undefined {
  return value === undefined || limit === undefined || limit <= 0 ? undefined : value / limit;
}
