/**
 * What the variables, functions and classes of a minified script were called, by the scopes of the script. Kept beside
 * its source map, since finding them takes the script's text. Numbers are in one list, so that a bundle with a hundred
 * thousand functions stays small. `-1` means unknown.
 */
export interface OriginalNames {
  readonly names: readonly string[];
  readonly sources: readonly string[];
  readonly scopes: readonly number[];
  readonly functions: readonly number[];
  readonly exports: readonly number[];
}

/** What the heap engine knows about a script. */
export interface ScriptNames {
  /** As V8 names it. */
  readonly url: string;
  readonly packageVersion: string | null;
  /** As it was read, not yet checked; null if nothing was renamed. */
  readonly names: unknown;
}

/** Zero-based, as V8 has it. */
export interface ScriptPosition {
  readonly line0: number;
  readonly column0: number;
}

export interface OriginalVariable {
  readonly minified: string;
  /** Null if the map does not say. */
  readonly name: string | null;
  readonly at: ScriptPosition;
  /** Null if nothing is known of it. */
  readonly source: string | null;
}

/** A scope whose variables V8 may keep in a context. */
export interface OriginalScope {
  /** Where its variables are seen. */
  readonly start: ScriptPosition;
  readonly end: ScriptPosition;
  /** Of a module, or of a function that a bundler wrapped it in. */
  readonly isModule: boolean;
  readonly isClass: boolean;
  /** Of the function that has it, null for one without a name. */
  readonly functionName: string | null;
  readonly source: string | null;
  readonly variables: readonly OriginalVariable[];
}

/** A function or class. V8's place of it lies between `start` and `end`. */
export interface OriginalFunction {
  readonly start: ScriptPosition;
  readonly end: ScriptPosition;
  readonly minified: string;
  readonly name: string;
}

export interface ReadNames {
  /** Outer ones before inner ones. */
  readonly scopes: readonly OriginalScope[];
  readonly functions: readonly OriginalFunction[];
  readonly exports: ReadonlyMap<string, OriginalVariable>;
}

const MODULE = 1;
const CLASS = 2;

/** Writes what `NumberReader` reads. */
export class NamesWriter {
  readonly #names = new Map<string, number>();
  readonly #sources = new Map<string, number>();

  pack({ scopes, functions, exports }: ReadNames): OriginalNames {
    const packed = {
      scopes: scopes.flatMap((scope) => [
        ...position(scope.start),
        ...position(scope.end),
        (scope.isModule ? MODULE : 0) + (scope.isClass ? CLASS : 0),
        this.#name(scope.functionName),
        this.#source(scope.source),
        scope.variables.length,
        ...scope.variables.flatMap((variable) => this.#variable(variable)),
      ]),
      functions: functions.flatMap(({ start, end, minified, name }) => [
        ...position(start),
        ...position(end),
        this.#name(minified),
        this.#name(name),
      ]),
      exports: [...exports].flatMap(([outside, variable]) => [this.#name(outside), ...this.#variable(variable)]),
    };
    return { names: [...this.#names.keys()], sources: [...this.#sources.keys()], ...packed };
  }

  #variable({ minified, name, at, source }: OriginalVariable): number[] {
    return [this.#name(minified), this.#name(name), ...position(at), this.#source(source)];
  }

  #name(text: string | null): number {
    return numberOf(this.#names, text);
  }

  #source(text: string | null): number {
    return numberOf(this.#sources, text);
  }
}

function position({ line0, column0 }: ScriptPosition): [number, number] {
  return [line0, column0];
}

function numberOf(numbers: Map<string, number>, text: string | null): number {
  if (text === null) return -1;
  const known = numbers.get(text);
  if (known !== undefined) return known;
  numbers.set(text, numbers.size);
  return numbers.size - 1;
}

/** Null if it is not what was written here: a run folder may come from elsewhere. */
export function readNames(packed: unknown): ReadNames | null {
  if (typeof packed !== 'object' || packed === null) return null;
  const { names, sources, scopes, functions, exports } = packed as Partial<Record<keyof OriginalNames, unknown>>;
  if (!isListOf(names, isText) || !isListOf(sources, isText)) return null;
  if (![scopes, functions, exports].every((list) => isListOf(list, Number.isSafeInteger))) return null;
  const reader = new NumberReader(names as string[], sources as string[]);
  try {
    return {
      scopes: reader.all(scopes as number[], () => reader.scope()),
      functions: reader.all(functions as number[], () => reader.function()),
      exports: new Map(reader.all(exports as number[], () => [reader.name(), reader.variable()] as const)),
    };
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function isListOf(value: unknown, isElement: (one: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(isElement);
}

function isText(value: unknown): boolean {
  return typeof value === 'string';
}

class NumberReader {
  readonly #names: readonly string[];
  readonly #sources: readonly string[];
  #numbers: readonly number[] = [];
  #next = 0;

  constructor(names: readonly string[], sources: readonly string[]) {
    this.#names = names;
    this.#sources = sources;
  }

  all<Item>(numbers: readonly number[], read: () => Item): Item[] {
    this.#numbers = numbers;
    this.#next = 0;
    const items: Item[] = [];
    while (this.#next < numbers.length) items.push(read());
    return items;
  }

  scope(): OriginalScope {
    const [start, end, flags] = [this.#position(), this.#position(), this.#number()];
    const [functionName, source] = [this.#optional(this.#names), this.#optional(this.#sources)];
    const count = this.#number();
    if (count < 0 || count > this.#numbers.length) throw new RangeError('a count that cannot be');
    const variables = Array.from({ length: count }, () => this.variable());
    return {
      start,
      end,
      isModule: (flags & MODULE) > 0,
      isClass: (flags & CLASS) > 0,
      functionName,
      source,
      variables,
    };
  }

  function(): OriginalFunction {
    return { start: this.#position(), end: this.#position(), minified: this.name(), name: this.name() };
  }

  variable(): OriginalVariable {
    return {
      minified: this.name(),
      name: this.#optional(this.#names),
      at: this.#position(),
      source: this.#optional(this.#sources),
    };
  }

  name(): string {
    const name = this.#optional(this.#names);
    if (name === null) throw new RangeError('a name is missing');
    return name;
  }

  #position(): ScriptPosition {
    return { line0: this.#number(), column0: this.#number() };
  }

  #optional(list: readonly string[]): string | null {
    const index = this.#number();
    if (index >= list.length) throw new RangeError('no such name');
    return list[index] ?? null;
  }

  #number(): number {
    const value = this.#numbers[this.#next++];
    if (value === undefined) throw new RangeError('numbers are missing');
    return value;
  }
}
