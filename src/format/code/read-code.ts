import type { TraceMap } from '@jridgewell/trace-mapping';
import { traceSegment } from '@jridgewell/trace-mapping';
import type { ScriptCounts } from '../../model/call-counts.ts';
import type { CodeText, ScriptCode } from '../../model/script-code.ts';
import { LineTable } from '../line-table.ts';
import { OriginalText } from '../original-names.ts';
import { type Binding, parseScript, readScopesOf } from '../script-scopes.ts';
import { CodeBook, type SourceView } from './code-book.ts';
import { CodeWalker } from './code-walker.ts';

export interface ScriptToRead {
  readonly url: string;
  readonly text: string;
  /** Flattened; null if the script is its own source. */
  readonly map: TraceMap | null;
  /** The text of a source that the map names but does not hold; null if it cannot be read. */
  readonly sourceText: (source: string) => string | null;
  /** Code of the service itself: the lines of its calls are kept too. */
  readonly isOwn: boolean;
  /** Absent where calls were not counted, or not of this script. */
  readonly counts?: ScriptCounts;
}

/** Reads what a script does with what it holds. Throws what the parser throws. */
export function readCode(script: ScriptToRead): ScriptCode {
  const program = parseScript(script.text);
  const { scopes, functions } = readScopesOf(script.text, program);
  const bindings = new Map<number, Binding>();
  for (const scope of scopes) {
    for (const binding of scope.bindings.values()) {
      bindings.set(binding.at, binding);
      for (const use of binding.uses) bindings.set(use, binding);
    }
  }
  const view = new View(script);
  const names = new Map(
    functions.flatMap((head) => {
      const name = view.functionName(head);
      return name === null ? [] : [[head.isClass ? head.start : head.at, name] as const];
    }),
  );
  const book = new CodeBook(view);
  new CodeWalker(script.text, book, bindings, { nameOf: (start) => names.get(start) ?? null }).walk(program);
  return book.finish(script.url);
}

const LONGEST_LINE = 160;
const LINES_AROUND = 2;

class View implements SourceView {
  readonly #script: ScriptToRead;
  readonly #lines: LineTable;
  readonly #original: OriginalText | null;
  readonly #sources = new Map<string, readonly string[] | null>();

  constructor(script: ScriptToRead) {
    this.#script = script;
    this.#lines = new LineTable(script.text);
    this.#original = script.map && new OriginalText(script.text, script.map);
  }

  positionOf = (offset: number): ReturnType<SourceView['positionOf']> => this.#lines.positionOf(offset);

  /** Code that did not run is not listed. */
  runsOf(starts: readonly number[], end: number): number | undefined {
    const { counts } = this.#script;
    if (!counts) return undefined;
    return Math.max(0, ...starts.map((start) => counts.get(`${start}:${end}`) ?? 0));
  }

  variable(binding: Binding): { readonly name: string; readonly source: string | null } {
    const original = this.#original?.variable(binding);
    return { name: original?.name ?? binding.name, source: original?.source ?? null };
  }

  functionName(head: Parameters<OriginalText['functionName']>[0]): string | null {
    return this.#original?.functionName(head) ?? (head.name || null);
  }

  textAt(offset: number, end: number): CodeText {
    const { line0, column0 } = this.positionOf(offset);
    const mapped = this.#mapped(line0, column0);
    const lines = mapped?.lines ?? this.#lines.lines;
    const at = mapped?.line0 ?? line0;
    const own = lines[at] ?? '';
    // In a bundle in one line the statement alone says where we are.
    if (own.length > 4 * LONGEST_LINE) return { excerpt: this.#statement(offset, end), first: at + 1, lines: [] };
    const first = Math.max(0, at - LINES_AROUND);
    return {
      excerpt: cut(withoutComment(own.trim())),
      first: first + 1,
      lines: lines.slice(first, at + LINES_AROUND + 1).map(cut),
    };
  }

  callAt(offset: number, end: number): string | null {
    return this.#script.isOwn ? this.textAt(offset, end).excerpt : null;
  }

  #statement(offset: number, end: number): string {
    const { text } = this.#script;
    const before = /[\w$.#\])]*$/.exec(text.slice(Math.max(0, offset - 40), offset))?.[0] ?? '';
    return cut(`${before}${text.slice(offset, Math.min(end, offset + 4 * LONGEST_LINE))}`.replace(/\s+/g, ' '));
  }

  #mapped(line0: number, column0: number): { readonly lines: readonly string[]; readonly line0: number } | null {
    const { map } = this.#script;
    const segment = map && traceSegment(map, line0, column0);
    if (!map || !segment || segment.length < 4) return null;
    const index = segment[1]!;
    const source = map.resolvedSources[index] ?? String(index);
    let lines = this.#sources.get(source);
    if (lines === undefined) {
      const text = map.sourcesContent?.[index] ?? this.#script.sourceText(source);
      lines = typeof text === 'string' ? text.split('\n') : null;
      this.#sources.set(source, lines);
    }
    return lines && { lines, line0: segment[2]! };
  }
}

function cut(line: string): string {
  const shown = line.replace(/\r$/, '').replaceAll('\t', '  ');
  return shown.length > LONGEST_LINE ? `${shown.slice(0, LONGEST_LINE)}…` : shown;
}

/** A comment behind the statement; not where a quote follows, of which the slashes may be a part. */
function withoutComment(line: string): string {
  return line.replace(/(?<=[;)}\],])\s*\/\/[^'"`]*$/, '');
}
