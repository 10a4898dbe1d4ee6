import type { CompiledStep } from './compile-step.ts';
import type { LoadClock } from './load-clock.ts';
import type { Traffic } from './traffic.ts';

/** What decides when which request is sent: the open or the closed model. */
export interface LoadModel {
  /** Begins; `onOver` is called when the planned length is over. */
  readonly start: (onOver: () => void) => void;
  /** Plans nothing more. */
  readonly end: () => void;
}

export interface ModelParts {
  readonly clock: LoadClock;
  readonly traffic: Traffic;
  readonly setup: readonly CompiledStep[];
  readonly chooseTask: () => CompiledStep;
  readonly counts: UserCounts;
}

export interface UserCounts {
  /** Virtual users now. */
  users: number;
  /** Made so far; the number of the latest. */
  usersMade: number;
  /** Set-ups made again for a user whose credentials were refused. */
  repeatedSetups: number;
}
