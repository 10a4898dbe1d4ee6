import type { Milliseconds, MonoMs } from './units.ts';

/** How often each function of a script was called within a few seconds, by its position in the text: `start:end`. */
export type ScriptCounts = ReadonlyMap<string, number>;

export interface CallCounts {
  /** By path. */
  readonly scripts: ReadonlyMap<string, ScriptCounts>;
  readonly startMonoMs: MonoMs;
  readonly durationMs: Milliseconds;
}
