import type { Milliseconds, MonoMs } from './units.ts';

/** How often each function of a script was called for some seconds, by where it stands in the text: `start:end`. */
export type ScriptCounts = ReadonlyMap<string, number>;

export interface CallCounts {
  /** By path. */
  readonly scripts: ReadonlyMap<string, ScriptCounts>;
  readonly startMonoMs: MonoMs;
  readonly durationMs: Milliseconds;
}
