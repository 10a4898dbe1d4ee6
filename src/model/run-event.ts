import type { Bytes, Milliseconds, MonoMs, WallMs } from './units.ts';

export type PhaseName = 'warm-up' | 'baseline' | 'steady' | 'idle-tail';

interface At {
  readonly wallMs: WallMs;
  readonly monoMs: MonoMs;
}

/** Open descriptors that point to places which differ in numbers only: `/var/tmp/upload-*.bin`, `TCP to 10.0.0.5:5432`. */
export interface DescriptorGroup {
  readonly kind: 'file' | 'socket' | 'pipe' | 'anon' | 'other';
  readonly pattern: string;
  readonly count: number;
}

/** Requests of a route, `GET /items/{id}`, that came to the HTTP servers of the target, in all by then. */
export interface RouteCount {
  readonly route: string;
  readonly begun: number;
  /** Answered with a status of 400 or more. */
  readonly failed: number;
  /**
   * Of these, the ones with 500 or more: the service is at fault, whatever was asked. Absent in runs of earlier versions.
   */
  readonly serverErrors?: number;
  /** The client went away before the answer ended. */
  readonly aborted: number;
}

/** A limit of another load tool that was not held. */
export interface CrossedLimit {
  /** `k6 http_req_duration`. */
  readonly name: string;
  /** In the words of that tool: `p(95)<10`. */
  readonly limit: string;
  readonly measured: number | null;
  readonly unit: 'ms' | '';
}

/** Live objects of a class, by the name of its constructor. */
export interface ClassCount {
  readonly class: string;
  readonly count: number;
}

/** What a capture cost the target: its main thread was paused for `pauseMs` from `startMonoMs`. */
export interface CaptureCost {
  readonly startMonoMs: MonoMs;
  readonly endMonoMs: MonoMs;
  /** Longest stall that the target's own event-loop clock saw meanwhile; the round trip where it could not say. */
  readonly pauseMs: Milliseconds;
}

/**
 * `marking`: V8 was made to collect concurrently. `heap-count`: how many live objects there are, to estimate what a snapshot
 * would cost.
 */
export type CaptureName =
  | 'cpu-start'
  | 'cpu'
  | 'heap-profile'
  | 'heap-snapshot'
  | 'heap-count'
  | 'collect-garbage'
  | 'marking'
  | 'class-counts'
  | 'call-counts'
  | 'clinic-window'
  | 'worker-snapshot';

/** Captures that are refused because of their estimate, and reported. */
export type RefusedCapture = Exclude<CaptureName, 'cpu' | 'heap-count' | 'clinic-window'>;

/** One line of events.ndjson. */
export type RunEvent = At &
  (
    | { readonly type: 'phase'; readonly phase: PhaseName; readonly edge: 'start' | 'end' }
    | {
        readonly type: 'capture';
        readonly capture: CaptureName;
        /** Relative to the run folder; null when the capture leaves no file or failed. */
        readonly file: string | null;
        readonly cost: CaptureCost;
        readonly bytes: Bytes;
        readonly error: string | null;
        /** What it was thought to pause the service for, beforehand, where that was asked. */
        readonly estimatedPauseMs?: Milliseconds;
      }
    | {
        readonly type: 'capture-refused';
        readonly capture: RefusedCapture;
        readonly reason: string;
        readonly estimatedPauseMs: Milliseconds;
        readonly estimatedBytes: Bytes;
      }
    /** What most descriptors point to, the largest group first. */
    | { readonly type: 'descriptors'; readonly groups: readonly DescriptorGroup[] }
    /** Taken where a heap snapshot was refused; `requests` as of snapshots. */
    | { readonly type: 'class-counts'; readonly requests: number | null; readonly classes: readonly ClassCount[] }
    /** At the moment of a look at the heap. */
    | { readonly type: 'route-counts'; readonly routes: readonly RouteCount[] }
    /** A look at the worker threads; `reason`: why fewer were examined than there are, else empty. */
    | {
        readonly type: 'worker-threads';
        readonly running: number;
        readonly examined: number;
        readonly reason: string;
      }
    | { readonly type: 'live-heap'; readonly bytes: Bytes; readonly forced: boolean }
    | {
        readonly type: 'load';
        readonly state: 'started' | 'paused' | 'resumed' | 'stopped' | 'lost';
        readonly detail: string;
      }
    /** `isPlainEnd`: it ended, and nothing is known beyond that. */
    | { readonly type: 'target-lost'; readonly reason: string; readonly isPlainEnd?: boolean }
    | { readonly type: 'target-back'; readonly segment: number; readonly pid: number; readonly afterMs: Milliseconds }
    | { readonly type: 'inspector-lost' | 'inspector-back'; readonly detail: string }
    | { readonly type: 'unresponsive'; readonly edge: 'start' | 'end'; readonly detail: string }
    /** Ends at the moment of the event. `what`: what did not run; absent, the samples. */
    | { readonly type: 'gap'; readonly durationMs: Milliseconds; readonly reason: string; readonly what?: 'load' }
    | { readonly type: 'clock-jump'; readonly jumpMs: Milliseconds }
    | { readonly type: 'note' | 'error'; readonly detail: string }
    /** Results of another load tool were read into the run. */
    | {
        readonly type: 'import';
        readonly detail: string;
        readonly requests: number;
        /** Requests whose record could not be used. */
        readonly unusable: number;
        /** Requests that lay outside of the run. */
        readonly leftOut: number;
        /** Why an unknown number of further requests is missing. */
        readonly lost: readonly string[];
        /** What that tool itself found wanting. */
        readonly verdicts: readonly string[];
        /** Its own limits that were not held; absent in runs of earlier versions. */
        readonly crossed?: readonly CrossedLimit[];
      }
    | {
        readonly type: 'end';
        readonly reason: 'completed' | 'stopped-by-user' | 'target-lost' | 'aborted';
        readonly detail: string;
      }
  );
