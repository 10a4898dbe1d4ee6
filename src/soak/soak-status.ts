import type { RequestInterval } from '../model/requests.ts';
import type { PhaseName, RunEvent } from '../model/run-event.ts';
import type { Sample } from '../model/sample.ts';
import type { Bytes, Milliseconds } from '../model/units.ts';

/** The progress of a soak, for a live view: given about once a second. */
export interface SoakStatus {
  readonly phase: PhaseName;
  readonly elapsedMs: Milliseconds;
  /** Until the recording is over, the captures still to come left out. */
  readonly remainingMs: Milliseconds;
  readonly samplesTaken: number;
  readonly gaps: number;
  readonly sample: Sample | null;
  /** Of the load that we drive; null where we only watch. */
  readonly load: {
    readonly completed: number;
    readonly errors: number;
    readonly ratePerSecond: number;
    /** By the user, not by a phase. */
    readonly isPaused: boolean;
  } | null;
  /** Lengths of the phases, as planned. */
  readonly plan: {
    readonly warmUpMs: Milliseconds;
    readonly steadyMs: Milliseconds;
    readonly idleTailMs: Milliseconds;
  };
  readonly snapshotsPlanned: number;
  /** Until the next planned snapshot; null if none is left. */
  readonly nextSnapshotInMs: Milliseconds | null;
}

/** What a soak reports while it runs. */
export interface SoakListener {
  status(status: SoakStatus): void;
  /** The load of the latest interval, one entry per request name. */
  requests?(intervals: readonly RequestInterval[]): void;
  /** Each line of events.ndjson as it is written. */
  event?(event: RunEvent): void;
  /** What can be requested from the run from now on. */
  ready?(controls: SoakControls): void;
  /** The recording is over; the analysis begins. */
  ended?(): void;
  /** Something worth a line: a phase, a capture, a restart, trouble with the disk. */
  happened(text: string): void;
}

/** What a view may request from a run. None of it rejects: a failure is reported like all others. */
export interface SoakControls {
  /** Of a snapshot now, by the heap as it is: nothing is done to the service. Null if it cannot be asked. */
  estimateSnapshot(): Promise<AskedEstimate | null>;
  /** Beside the planned ones; a load of ours rests meanwhile. */
  takeSnapshot(): Promise<void>;
  /** Ends the running window of the CPU profile and keeps it. */
  keepCpuWindow(): Promise<void>;
  /** Of a load of ours. */
  pauseLoad(isPaused: boolean): Promise<void>;
}

export interface AskedEstimate {
  readonly pauseMs: Milliseconds;
  readonly extraBytes: Bytes;
  /** Why it would be refused; null if it would not. */
  readonly refused: string | null;
}
