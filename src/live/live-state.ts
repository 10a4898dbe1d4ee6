import type { MetricName } from '../model/metric-catalogue.ts';
import type { PhaseName } from '../model/run-event.ts';
import type { Bytes, Milliseconds, WallMs } from '../model/units.ts';

/** What a live view shows, as values: `drawLive` makes lines of it. */
export interface LiveState {
  readonly command: 'soak' | 'top';
  readonly service: string;
  readonly pid: number;
  readonly nodeVersion: string | null;
  readonly wallMs: WallMs;
  /** Of the local time, to show the hour. */
  readonly utcOffsetMs: Milliseconds;
  readonly elapsedMs: Milliseconds;
  /** Null if nothing is recorded: it ends when somebody ends it. */
  readonly progress: LiveProgress | null;
  readonly load: LiveLoad | null;
  /** Latest values by name, and rates. */
  readonly values: Readonly<Partial<Record<MetricName, number>>>;
  readonly requestsPerSecond: number | null;
  readonly latencyMs: number | null;
  /** What `latencyMs` is: of a load of ours the 99th percentile, else the mean that the service measured. */
  readonly latencyOf: 'p99' | 'mean';
  readonly series: Readonly<Record<SeriesName, readonly number[]>>;
  readonly growth: LiveGrowth;
  readonly suspects: readonly LiveSuspect[];
  readonly events: readonly LiveEvent[];
  /** A question that waits for a key. */
  readonly question: string | null;
  readonly isHelpOpen: boolean;
}

export type SeriesName = 'live' | 'rss' | 'cpu' | 'loop' | 'requests' | 'latency';

export interface LiveProgress {
  readonly remainingMs: Milliseconds;
  readonly phases: readonly LivePhase[];
  readonly samples: number;
  readonly gaps: number;
  readonly snapshotsTaken: number;
  readonly snapshotsPlanned: number;
  readonly nextSnapshotInMs: Milliseconds | null;
  /** Of the next snapshot, by the heap as it is. */
  readonly estimate: LiveEstimate | null;
}

export interface LiveEstimate {
  readonly pauseMs: Milliseconds;
  readonly extraBytes: Bytes;
  /** Why it would be refused; null if it would not. */
  readonly refused: string | null;
}

export interface LivePhase {
  readonly name: PhaseName;
  readonly state: 'done' | 'now' | 'to come';
  /** When it ends, as planned; captures come on top. */
  readonly endWallMs: WallMs;
}

export interface LiveLoad {
  readonly completed: number;
  readonly errors: number;
  readonly ratePerSecond: number;
  readonly isPaused: boolean;
}

/** Of the heap after collections, since the warm-up. */
export type LiveGrowth =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'flat' | 'plateau' | 'step' }
  | {
      readonly kind: 'growing';
      readonly bytesPerHour: number;
      readonly low: number;
      readonly high: number;
      readonly toLimitMs: Milliseconds | null;
    };

/** A class of which there is more than at the baseline. */
export interface LiveSuspect {
  readonly name: string;
  readonly objects: number;
  /** Null where objects were counted alone. */
  readonly bytes: Bytes | null;
  readonly perRequest: number | null;
  /** Who holds it and which line adds it, once a report of the run so far has said it. */
  readonly explained?: string;
}

export interface LiveEvent {
  readonly wallMs: WallMs;
  readonly text: string;
}
