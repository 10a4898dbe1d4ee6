import type { Finding } from './finding.ts';
import type { Gate, RequestSummary } from './report.ts';
import type { Bytes, CpuPercent, Milliseconds, Share } from './units.ts';

/** What is raised from stage to stage. */
export type LevelUnit = 'users' | 'arrivals/s';

/** The target while one level was held; absent if it was not watched, or could not be read. */
export interface StageResources {
  readonly cpuPercent?: CpuPercent;
  readonly loopUtilization?: Share;
  readonly loopDelayP99Ms?: Milliseconds;
  readonly rssBytes?: Bytes;
  /** Of the control group's or the heap's limit, the nearer one. */
  readonly memoryShare?: Share;
  /** Of the time, in collections. */
  readonly gcShare?: Share;
  /** Of the time, ready to run and waiting for a core. */
  readonly runDelayShare?: Share;
  /** Callers waiting for a connection of a pool. */
  readonly poolWaiting?: number;
  readonly databaseConnections?: number;
}

/** One level, held once. A repeated level is listed several times. */
export interface StressStage {
  readonly level: number;
  readonly startedMs: Milliseconds;
  readonly lastedMs: Milliseconds;
  readonly throughputPerSecond: number;
  /**
   * The share of the scheduled requests that was answered; null for users, who wait for each response before the next
   * request.
   */
  readonly achievedShare: Share | null;
  readonly errorShare: Share;
  /** Mean, by Little's law where the load is arrivals. */
  readonly inFlight: number;
  /** Over all requests, from the intended send time. */
  readonly p50Ms: Milliseconds;
  readonly p99Ms: Milliseconds;
  readonly requests: readonly RequestSummary[];
  readonly resources: StageResources;
  /** Why the service counts as broken here; empty: it held. */
  readonly broke: readonly string[];
  /** The same as data, in the same order. */
  readonly brokeBy: readonly BreakCause[];
  /** What kept the generator from its schedule; empty: nothing. */
  readonly generatorLimits: readonly string[];
  /** It broke, but the generator may have been the limit, so the stage does not count. */
  readonly isDoubtful: boolean;
}

/** What shows that a service is broken at a level. */
export type BreakCause = 'process-ended' | 'errors' | 'limit' | 'arrivals' | 'throughput-fell' | 'no-answer';

export type StressResource =
  | 'cpu'
  | 'event loop'
  | 'memory'
  | 'pool'
  | 'database'
  /** Something that the service waits for; which one was not seen. */
  | 'dependency'
  | 'host'
  | 'generator'
  | 'process'
  | 'unknown';

export interface CapacityCurve {
  /** Null if no law was fitted; `refusal` says why. */
  readonly law: {
    readonly lambda: number;
    readonly sigma: number;
    readonly kappa: number;
    readonly relativeError: Share;
    readonly peakLoad: number | null;
    readonly peakThroughput: number | null;
  } | null;
  readonly refusal: string | null;
  /** What N of the law counts. */
  readonly of: 'users' | 'requests in flight';
  /** The most that was measured. */
  readonly bestThroughput: number;
}

/** What `profiler load stress --json` ends with. */
export interface StressReport {
  readonly schema: 'profiler-stress/1';
  readonly scenario: string;
  readonly unit: LevelUnit;
  /** `held`: nothing broke up to the highest level. `generator-limited`: the tool itself reached its limit first. */
  readonly outcome: 'broke' | 'held' | 'generator-limited' | 'stopped';
  /** The service held at `from` and broke at `to`. `from` is null when it broke at once, `to` when it never did. */
  readonly breakingPoint: {
    readonly from: number | null;
    readonly to: number | null;
    readonly reasons: readonly string[];
  };
  readonly curve: CapacityCurve;
  readonly gaveWay: { readonly resource: StressResource; readonly level: number; readonly detail: string } | null;
  readonly stages: readonly StressStage[];
  readonly findings: readonly Finding[];
  readonly gates: readonly Gate[];
}
