import type { MonoMs, WallMs } from './units.ts';

/** Both clocks of the host, passed in wherever time is read. The reading side is `createHostClock` in `capture/`. */
export interface Clock {
  /** Monotonic, comparable between the processes of one host: all durations come from it. */
  monoMs(): MonoMs;
  /** May jump: only for showing, and to notice that it jumped. */
  wallMs(): WallMs;
}
