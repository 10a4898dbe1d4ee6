import type { ScriptPosition } from '../../model/original-names.ts';
import type { CodePath, CodeStatement, CodeText, ScriptCode } from '../../model/script-code.ts';
import type { Milliseconds } from '../../model/units.ts';
import type { Binding } from '../script-scopes.ts';
import { longer } from './note-bounds.ts';

/** Where the code is: of a function, what `this` is in it, and whether this place is always passed. */
export interface Around {
  readonly id: number;
  readonly self: CodePath;
  /** Of the function's own state, shared by all places in it. */
  readonly state: { hasExit: boolean; afterMs?: Milliseconds | null };
  readonly isConditional: boolean;
  /** A constructor: what it sets is not there before. */
  readonly isMaker?: boolean;
  /** Reached only by what is as old, or so long after: conditions and timers around. */
  readonly afterMs?: Milliseconds | null;
}

/** What positions and names are in the source. */
export interface SourceView {
  positionOf(offset: number): ScriptPosition;
  textAt(offset: number, end: number): CodeText;
  /** Null where lines of calls are not kept. */
  callAt(offset: number, end: number): string | null;
  /** Calls of a function that begins at one of these offsets; undefined where calls were not counted. */
  runsOf(starts: readonly number[], end: number): number | undefined;
  variable(binding: Binding): { readonly name: string; readonly source: string | null };
}

/** What `n % 100` makes: a number out of so many. */
export const REMAINDER = '%';

type Mutable<List> = List extends readonly (infer Item)[] ? Item[] : never;

/** More is no program that a person wrote. */
const MOST_STATEMENTS = 20_000;
const MOST_FLOWS = 120_000;

/** Gathers what a walk through a script finds. */
export class CodeBook {
  readonly #view: SourceView;
  readonly functions: Mutable<ScriptCode['functions']> = [];
  readonly classes: Mutable<ScriptCode['classes']> = [];
  readonly #variables: Mutable<ScriptCode['variables']> = [];
  readonly #ids = new Map<number, number>();
  readonly #made: string[] = [];
  readonly #flows: Mutable<ScriptCode['flows']> = [];
  readonly #calls: Mutable<ScriptCode['calls']> = [];
  readonly #statements: Mutable<ScriptCode['statements']> = [];
  readonly #keyed: { readonly key: CodePath; readonly note: () => void }[] = [];
  #values = 0;

  constructor(view: SourceView) {
    this.#view = view;
  }

  finish(url: string): ScriptCode {
    this.#noteKeyed();
    const delays = this.#delays();
    return {
      url,
      functions: this.functions,
      classes: this.classes,
      variables: this.#variables,
      made: this.#made,
      flows: this.#flows,
      calls: this.#calls,
      statements: this.#statements.map((one) => withTimer(one, delays, this.functions)),
    };
  }

  /** Of functions that a timer calls by their name. */
  #delays(): ReadonlyMap<CodePath, Milliseconds> {
    const timers = this.#statements.flatMap(({ act, on, values: [called], afterMs }) =>
      act === 'add' && on === null && called !== undefined && afterMs !== undefined ? [[called, afterMs] as const] : [],
    );
    const delays = new Map(timers);
    for (const [to, from] of this.#flows) {
      const delay = delays.get(to);
      if (delay !== undefined && /^f\d+$/.test(from)) delays.set(from, delay);
    }
    return delays;
  }

  /** A class is declared around itself and in itself: one variable. */
  variable(binding: Binding, of: number): CodePath {
    let id = this.#ids.get(binding.at);
    if (id === undefined) {
      id = this.#variables.length;
      this.#ids.set(binding.at, id);
      this.#variables.push({ ...this.#view.variable(binding), of });
    }
    return `v${id}`;
  }

  privateName(binding: Binding | undefined, written: string): string {
    const name = binding ? this.#view.variable(binding).name : written;
    return name.startsWith('#') ? name : `#${name}`;
  }

  value(): CodePath {
    return `k${this.#values++}`;
  }

  make(what: string): CodePath {
    this.#made.push(what);
    return `a${this.#made.length - 1}`;
  }

  /** `heads`: where its text may begin, with `function` or the name of a method; `start` is V8's place of it. */
  function(name: string, heads: readonly number[], start: number, end: number, outer: number): number {
    const view = this.#view;
    const runs = view.runsOf([...heads, start], end);
    this.functions.push({
      name,
      start: view.positionOf(start),
      end: view.positionOf(end),
      params: [],
      outer,
      ...(runs === undefined ? {} : { runs }),
    });
    return this.functions.length - 1;
  }

  flow(to: CodePath | null, from: CodePath | null): void {
    if (to !== null && from !== null && to !== from && this.#flows.length < MOST_FLOWS) this.#flows.push([to, from]);
  }

  /** Something is put into `on` under this key: what has so many keys at most is full one day. */
  keyed(on: CodePath | null, key: CodePath | null, start: number, end: number, around: Around): void {
    if (on === null || key === null || this.#keyed.length >= MOST_STATEMENTS) return;
    this.#keyed.push({
      key,
      note: () => this.statement({ act: 'bound', how: 'key', on, values: [key] }, start, end, around),
    });
  }

  /** A key may be a variable that is a remainder elsewhere: `next = (next + 1) % ring.length`. */
  #noteKeyed(): void {
    const remainders = new Set(this.#made.flatMap((what, id) => (what === REMAINDER ? [`a${id}`] : [])));
    if (remainders.size === 0) return;
    const to = new Map<CodePath, CodePath[]>();
    for (const [target, from] of this.#flows) {
      const known = to.get(from);
      if (known) known.push(target);
      else to.set(from, [target]);
    }
    for (const one of remainders) for (const next of to.get(one) ?? []) remainders.add(next);
    for (const { key, note } of this.#keyed) if (remainders.has(key)) note();
  }

  /** One of several. */
  join(paths: readonly (CodePath | null)[]): CodePath | null {
    const known = [...new Set(paths.filter((path) => path !== null))];
    if (known.length < 2) return known[0] ?? null;
    const value = this.value();
    for (const path of known) this.flow(value, path);
    return value;
  }

  call(
    call: Omit<ScriptCode['calls'][number], 'value' | 'at' | 'in' | 'excerpt'>,
    start: number,
    end: number,
    around: Around,
  ): CodePath {
    const value = this.value();
    if (this.#calls.length >= MOST_FLOWS) return value;
    const at = this.#view.positionOf(start);
    this.#calls.push({ ...call, value, in: around.id, at, excerpt: this.#view.callAt(start, end) });
    return value;
  }

  statement(
    statement: Omit<ScriptCode['statements'][number], 'at' | 'in' | 'isAlways' | 'text'>,
    start: number,
    end: number,
    around: Around,
  ): void {
    if (this.#statements.length >= MOST_STATEMENTS) return;
    const isAlways = !around.isConditional && !around.state.hasExit;
    const [at, text] = [this.#view.positionOf(start), this.#view.textAt(start, end)];
    this.#statements.push({ ...statement, in: around.id, at, isAlways, text });
  }
}

function withTimer(
  statement: CodeStatement,
  delays: ReadonlyMap<CodePath, Milliseconds>,
  functions: ScriptCode['functions'],
): CodeStatement {
  if (statement.act !== 'remove' || delays.size === 0) return statement;
  let afterMs: Milliseconds | null = statement.afterMs ?? null;
  for (let id = statement.in; id >= 0; id = functions[id]?.outer ?? -1) afterMs = longer(afterMs, delays.get(`f${id}`));
  return afterMs === null ? statement : { ...statement, afterMs };
}
