import type { Milliseconds } from '../model/units.ts';
import type { CompiledStep } from './compile-step.ts';
import type { LoadClock } from './load-clock.ts';
import type { Traffic } from './traffic.ts';

/** What decides when which request is sent: the open or the closed model. */
export interface LoadModel {
  /** Begins; `onOver` is called when the planned length is over. */
  readonly start: (onOver: () => void) => void;
  /** Users, or arrivals a second, from now on, whatever the stages say. */
  readonly setLevel: (level: number) => void;
  /** Plans nothing more; what should have been sent by now and was not is counted as dropped. */
  readonly end: () => void;
}

export interface ModelParts {
  readonly clock: LoadClock;
  readonly traffic: Traffic;
  readonly setup: readonly CompiledStep[];
  /** One of the tasks that are due at this load time. */
  readonly chooseTask: (atMs: Milliseconds) => CompiledStep;
  /** Of several processes that share the load: this one takes every `of`-th user or arrival, from `index` on. */
  readonly share: { readonly index: number; readonly of: number };
  readonly seed: number;
  /** As in LoadConfig. */
  readonly setupMs: Milliseconds;
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
