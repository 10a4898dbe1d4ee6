import type { RequestInterval } from '../model/requests.ts';
import type { PhaseName } from '../model/run-event.ts';
import type { Sample } from '../model/sample.ts';
import type { Milliseconds } from '../model/units.ts';

/** Where a soak stands, for a live view: given about once a second. */
export interface SoakStatus {
  readonly phase: PhaseName;
  readonly elapsedMs: Milliseconds;
  /** Until the recording is over, the captures still to come left out. */
  readonly remainingMs: Milliseconds;
  readonly samplesTaken: number;
  readonly gaps: number;
  readonly sample: Sample | null;
  /** Of the load that we drive; null where we only watch. */
  readonly load: { readonly completed: number; readonly errors: number; readonly ratePerSecond: number } | null;
}

/** What a soak tells while it runs. */
export interface SoakListener {
  status(status: SoakStatus): void;
  /** The load of the latest interval, one entry a request name. */
  requests?(intervals: readonly RequestInterval[]): void;
  /** The recording is over; the analysis begins. */
  ended?(): void;
  /** Something worth a line: a phase, a capture, a restart, trouble with the disk. */
  happened(text: string): void;
}
