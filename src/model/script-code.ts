import type { ScriptPosition } from './original-names.ts';
import type { Milliseconds, MonoMs } from './units.ts';

/**
 * How a value is reached in a script, in words apart by blanks: where it begins, then the steps from there.
 *
 * Beginnings: `v3` a variable, `k4` the value of an expression, `f5` a function, `c6` a class, `a7` something made there
 * (`[]`, `{}`, `new Map()`), `r5` what function 5 returns, `y5` the `this` of function 5, `m` what the module exports,
 * `i./x.js` what another module exports, `g` the global object. Steps: `.name`, `.#name`, `[]` any element, `~` an instance.
 */
export type CodePath = string;

/** A function or class of a script, by its number. */
export interface CodeFunction {
  /** As the source has it; empty if it has none. */
  readonly name: string;
  /** Of V8: the parameters of a function, the whole of a class. */
  readonly start: ScriptPosition;
  readonly end: ScriptPosition;
  readonly params: readonly CodePath[];
  /** The function around it, -1 at the top of the script. */
  readonly outer: number;
  /** Calls while calls were counted; absent where they were not. */
  readonly runs?: number;
}

export interface CodeVariable {
  readonly name: string;
  /** The function whose variable it is, -1 of the module. */
  readonly of: number;
  /** Of the source, if the map says so: a bundle has the variables of many sources. */
  readonly source: string | null;
}

export interface CodeCall {
  readonly callee: CodePath;
  readonly args: readonly CodePath[];
  readonly isNew: boolean;
  /** Its value. */
  readonly value: CodePath;
  readonly in: number;
  readonly at: ScriptPosition;
  /** Its line; null if it is code of a package. */
  readonly excerpt: string | null;
}

/** At the end of the name of an event: whatever follows, the program computes it. */
export const ANY_ENDING = '…';

/** The source around a statement. */
export interface CodeText {
  /** The statement's own line, without its indentation. */
  readonly excerpt: string;
  /** Up to five lines around it; `first` counts from 1. */
  readonly first: number;
  readonly lines: readonly string[];
}

/**
 * A statement that may add to something or take away from it, or a place where the size of something is compared with a
 * number.
 */
export interface CodeStatement {
  readonly act: 'add' | 'remove' | 'bound';
  /**
   * `push`, `set`, `on`, `[]=` an element is assigned, `.=` a property, `=` the variable itself, `spread`, `setInterval`,
   * `open` what Node holds, `size` of a bound.
   */
  readonly how: string;
  /** To what; null for timers. */
  readonly on: CodePath | null;
  readonly values: readonly CodePath[];
  /** Of a listener. */
  readonly event?: string;
  /** Of a bound: how many. */
  readonly items?: number;
  /** Of what removes: not before that age, or that delay of the timer that runs it. Of a timer: its delay. */
  readonly afterMs?: Milliseconds;
  /** The function that contains it, -1 at the top of the script. */
  readonly in: number;
  readonly at: ScriptPosition;
  /** Run each time when its function is: under no condition, in no loop, behind no early return. */
  readonly isAlways: boolean;
  readonly text: CodeText;
}

/** What of a script says where things are put and taken away: no code but the lines around these statements. */
export interface ScriptCode {
  readonly url: string;
  readonly functions: readonly CodeFunction[];
  /** Numbers of functions that are classes. */
  readonly classes: readonly { readonly id: number; readonly name: string }[];
  readonly variables: readonly CodeVariable[];
  /** What was made by `a<number>`: `Map`, `Array`, `{id, url}`. */
  readonly made: readonly string[];
  /** Where values go: the first may hold what the second is. */
  readonly flows: readonly (readonly [to: CodePath, from: CodePath])[];
  readonly calls: readonly CodeCall[];
  readonly statements: readonly CodeStatement[];
}

/** `sources/code.json` of a run folder. */
export interface CodeOfRun {
  readonly schema: 'profiler-code/1';
  readonly scripts: readonly ScriptCode[];
  /** Scripts that were too many or too large to be read. */
  readonly leftOut: number;
  /** While `runs` were counted; absent where they were not. */
  readonly counted?: { readonly startMonoMs: MonoMs; readonly durationMs: Milliseconds };
}
