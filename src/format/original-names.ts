import { FlattenMap, type TraceMap, traceSegment } from '@jridgewell/trace-mapping';
import {
  NamesWriter,
  type OriginalFunction,
  type OriginalNames,
  type OriginalScope,
  type OriginalVariable,
  type ScriptPosition,
} from '../model/original-names.ts';
import { LineTable } from './line-table.ts';
import { type Binding, readScopes, type ScriptFunction, type ScriptScope } from './script-scopes.ts';

const IDENTIFIER = /^#?[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;
const IDENTIFIER_AT = /#?[\p{ID_Start}$_][\p{ID_Continue}$]*/uy;
const NAMED_FUNCTION =
  /^(?:export\s+(?:default\s+)?)?(?:async\s+)?function\s*\*?\s*([\p{ID_Start}$_][\p{ID_Continue}$]*)/u;
const NAMED_CLASS = /^(?:export\s+(?:default\s+)?)?(?:abstract\s+)?class\s+([\p{ID_Start}$_][\p{ID_Continue}$]*)/u;
const KEYWORD =
  /^(?:async|await|break|case|catch|class|const|continue|debugger|default|delete|do|else|export|extends|false|finally|for|function|get|if|import|in|instanceof|let|new|null|return|set|static|super|switch|this|throw|true|try|typeof|var|void|while|with|yield)$/;
const LONGEST_NAME = 100;
/** Of one binding: where a bundler renamed it, the map has the name at most of its uses. */
const MOST_USES = 30;
/** More than any bundle that is run has; it is kept in a run folder. */
const MOST_NUMBERS = 4_000_000;

/** What bundlers call the parameters of the function that they wrap a module of CommonJS in. */
const WRAPPER_PARAMETER =
  /^(?:exports|module|__webpack_exports__|__webpack_module__|__webpack_require__|__unused_webpack_\w+)$/;

/**
 * Finds the original names of what `script` declares in its source map: the name at the place of the declaration or of a
 * use; where the map has no names there, what stands at the original place in the source's own text. Null if nothing
 * was renamed. `map` was measured before (`measureSourceMap`). Throws what the parser throws.
 */
export function originalNames(script: string, map: unknown, scriptFile: string): OriginalNames | null {
  const { scopes, functions, exported } = readScopes(script);
  const source = new OriginalText(script, FlattenMap(map as Parameters<typeof FlattenMap>[0], scriptFile));
  const keptScopes = scopes.flatMap((scope) => source.scope(scope) ?? []);
  const keptFunctions = functions.flatMap((one) => source.function(one) ?? []);
  const exports = new Map([...exported].map(([outside, binding]) => [outside, source.variable(binding)]));
  const isRenamed =
    keptFunctions.length > 0 || keptScopes.some(({ variables }) => variables.some((one) => isOtherName(one)));
  if (!isRenamed && ![...exports.values()].some(isOtherName)) return null;
  const packed = new NamesWriter().pack({ scopes: keptScopes, functions: keptFunctions, exports });
  const numbers = packed.scopes.length + packed.functions.length + packed.exports.length;
  return numbers > MOST_NUMBERS ? null : packed;
}

function isOtherName({ minified, name }: OriginalVariable): boolean {
  return name !== null && name !== minified;
}

/** The script through its map. */
export class OriginalText {
  readonly #map: TraceMap;
  readonly #lines: LineTable;
  readonly #sourceLines = new Map<number, readonly string[]>();
  readonly #variables = new Map<Binding, OriginalVariable>();
  readonly #byPlace = new Map<number, Binding>();

  constructor(script: string, map: TraceMap) {
    this.#map = map;
    this.#lines = new LineTable(script);
  }

  /** Null if V8 needs no context for it. */
  scope(scope: ScriptScope): OriginalScope | null {
    const { kind, start, end, bindings } = scope;
    for (const binding of bindings.values()) this.#byPlace.set(binding.at, binding);
    const kept = [...bindings.values()].filter(({ name, isCaptured }) => isCaptured || name.startsWith('#'));
    if (kept.length === 0) return null;
    const head = functionAround(scope);
    const functionName = head && this.functionName(head);
    const isClass = kind === 'class';
    return {
      start: this.#position(start),
      end: this.#position(end),
      isModule: !isClass && (head === null || (functionName === null && this.#isWrapper(head))),
      isClass,
      functionName,
      source: head && (this.#sourceAt(head.start) ?? this.#sourceAt(head.at)),
      variables: kept.map((binding) => this.variable(binding)),
    };
  }

  function(head: ScriptFunction): OriginalFunction | null {
    const name = this.functionName(head);
    if (name === null || name === head.name) return null;
    return { start: this.#position(head.at), end: this.#position(head.body), minified: head.name, name };
  }

  variable(binding: Binding): OriginalVariable {
    let variable = this.#variables.get(binding);
    if (!variable) {
      const { name, at, uses } = binding;
      const places = [at, ...uses.slice(0, MOST_USES)];
      variable = {
        minified: name,
        name: firstOf(places, (place) => this.#nameInMap(place)) ?? this.#nameInSource(at),
        at: this.#position(at),
        source: firstOf(places, (place) => this.#sourceAt(place)),
      };
      this.#variables.set(binding, variable);
    }
    return variable;
  }

  functionName(head: ScriptFunction): string | null {
    const { nameAt, name } = head;
    const written = this.#writtenName(head);
    if (written !== null || nameAt < 0) return written;
    const declared = this.#byPlace.get(nameAt);
    const original = declared ? this.variable(declared).name : (this.#nameInMap(nameAt) ?? this.#nameInSource(nameAt));
    // A name that a bundler made is not recorded in the sources.
    return original ?? (this.#sourceAt(nameAt) === null ? null : name);
  }

  /** As the source has it: minifiers leave out a name that is not used, and compilers give a class a second one. */
  #writtenName({ start, isClass }: ScriptFunction): string | null {
    const segment = this.#segment(start);
    const line = segment && this.#linesOf(segment[1]!)[segment[2]!]?.slice(segment[3]);
    const name = line && (isClass ? NAMED_CLASS : NAMED_FUNCTION).exec(line)?.[1];
    return name && name.length <= LONGEST_NAME && !KEYWORD.test(name) ? name : null;
  }

  /** A function around a module that no source has. */
  #isWrapper({ start, at, params }: ScriptFunction): boolean {
    const names = params.map((param) => this.variable(param).name);
    if (names.some((name) => name !== null && WRAPPER_PARAMETER.test(name))) return true;
    return [start, at, ...params.map((param) => param.at)].every((place) => this.#sourceAt(place) === null);
  }

  #segment(offset: number): readonly number[] | null {
    const { line0, column0 } = this.#position(offset);
    const segment = traceSegment(this.#map, line0, column0);
    return segment && segment[0] === column0 && segment.length >= 4 ? segment : null;
  }

  #sourceAt(offset: number): string | null {
    const segment = this.#segment(offset);
    return segment ? (this.#map.resolvedSources[segment[1]!] ?? null) : null;
  }

  #nameInMap(offset: number): string | null {
    const index = this.#segment(offset)?.[4];
    const name = index === undefined ? undefined : this.#map.names[index];
    return name !== undefined && name.length <= LONGEST_NAME && IDENTIFIER.test(name) ? name : null;
  }

  #nameInSource(offset: number): string | null {
    const segment = this.#segment(offset);
    const line = segment && this.#linesOf(segment[1]!)[segment[2]!];
    if (!segment || line === undefined || line === null) return null;
    IDENTIFIER_AT.lastIndex = segment[3]!;
    const name = IDENTIFIER_AT.exec(line)?.[0];
    return name !== undefined && name.length <= LONGEST_NAME && !KEYWORD.test(name) ? name : null;
  }

  #linesOf(source: number): readonly string[] {
    let lines = this.#sourceLines.get(source);
    if (!lines) {
      const text = this.#map.sourcesContent?.[source];
      lines = typeof text === 'string' ? text.split('\n') : [];
      this.#sourceLines.set(source, lines);
    }
    return lines;
  }

  #position(offset: number): ScriptPosition {
    return this.#lines.positionOf(offset);
  }
}

function firstOf<Item, Value>(items: readonly Item[], find: (item: Item) => Value | null): Value | null {
  for (const item of items) {
    const found = find(item);
    if (found !== null) return found;
  }
  return null;
}

/** The variables of a block are those of the function that contains it; null at the top of a module. */
function functionAround(scope: ScriptScope): ScriptFunction | null {
  for (let at: ScriptScope | null = scope; at !== null; at = at.parent) if (at.head) return at.head;
  return null;
}
