import type { RequestInterval } from '../model/requests.ts';
import type { Milliseconds, MonoMs, Share } from '../model/units.ts';
import type { Scenario } from '../scenario/scenario.ts';

/** The longest time that requests in flight at the end of a load may take. */
export const FINISH_MS: Milliseconds = 5000;

/** Sent to the load process once, before it starts. */
export interface LoadConfig {
  /** Overrides already applied. */
  readonly scenario: Scenario;
  readonly baseUrl: string;
  readonly seed: number;
  /** A short text that no other run has. */
  readonly run: string;
  /** Of several processes that share the load: which one this is, from 0, and how many there are. */
  readonly share: { readonly index: number; readonly of: number };
  readonly intervalMs: Milliseconds;
  /** For one request, connecting included. */
  readonly timeoutMs: Milliseconds;
  /** Of this process, as `maxInFlight`. */
  readonly maxConnections: number;
  /** Open model: arrivals beyond it are dropped. */
  readonly maxInFlight: number;
  /** How long requests in flight may take at a pause before they are aborted. */
  readonly graceMs: Milliseconds;
  /** Open model: the arrivals begin after so long at the latest, even where users are still in their set-up. */
  readonly setupMs: Milliseconds;
}

/** The progress of the load since its start. Set-up requests are counted like all others. */
export interface LoadTotals {
  readonly startMonoMs: MonoMs;
  readonly atMonoMs: MonoMs;
  /** Time that was neither paused nor suspended. */
  readonly activeMs: Milliseconds;
  /** Requests sent, and arrivals that should have been: `completed + inFlight + dropped + aborted`. */
  readonly offered: number;
  readonly completed: number;
  readonly errors: number;
  readonly dropped: number;
  /** Given up at a pause or at the end, unanswered. */
  readonly aborted: number;
  readonly inFlight: number;
  readonly users: number;
  /** Set-ups made again because the target no longer accepted the credentials. */
  readonly repeatedSetups: number;
  readonly late: { readonly count: number; readonly maxMs: Milliseconds };
  /** Time that the process or the machine was suspended. */
  readonly suspendedMs: Milliseconds;
  readonly generator: {
    /** Of the load process, since its start and since the last report. */
    readonly eventLoopUtilization: Share;
    readonly recentEventLoopUtilization: Share;
    readonly cpuMs: Milliseconds;
    /** Since its start. */
    readonly loopDelay: { readonly p99Ms: Milliseconds; readonly maxMs: Milliseconds };
    readonly rssBytes: number;
    /** Requests that failed since this machine ran out of ports or descriptors. */
    readonly errors: number;
  };
}

export type ToLoad =
  | { readonly type: 'prepare'; readonly config: LoadConfig }
  | { readonly type: 'level'; readonly level: number }
  /** Null: as the configuration says. May be sent again with less, while the load still drains. */
  | { readonly type: 'pause'; readonly graceMs: Milliseconds | null; readonly letGo: boolean }
  | { readonly type: 'start' | 'resume' | 'stop' };

export type FromLoad =
  | { readonly type: 'listening' | 'prepared' | 'started' | 'resumed' | 'levelled' }
  | { readonly type: 'interval'; readonly intervals: readonly RequestInterval[]; readonly totals: LoadTotals }
  | { readonly type: 'request-error'; readonly name: string; readonly kind: string }
  | { readonly type: 'suspended'; readonly gapMs: Milliseconds }
  | { readonly type: 'paused' | 'over' | 'stopped'; readonly totals: LoadTotals }
  | { readonly type: 'failed'; readonly message: string };
