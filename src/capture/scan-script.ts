import { readRegularFileSync } from '../files/regular-file.ts';

const JSON_CALL = /\bJSON\s*\.\s*(?:parse|stringify)\s*\(/;
const NAME = '[\\p{ID_Start}$_][\\p{ID_Continue}$]*';
/** What may hold much: `new Set()`, `[]`, `{}`, `createStore()`; not `require()`. */
const MADE = '(?!require\\b)(?:await\\s+)?(?:new\\b|\\[|\\{|[\\w$.]+\\()';
/** A variable of a module that is made to hold something: `export const seen = new Set()`, `exports.byId = {}`. */
const VARIABLE = new RegExp(
  `^(?:(?:export\\s+)?(?:const|let|var)\\s+|(?:module\\.)?exports\\.)(${NAME})(?:\\s*:[^=]+)?\\s*=\\s*${MADE}`,
  'u',
);
const DEFAULT = new RegExp(`^export\\s+default\\s+${MADE}`);
/** `export { visited as seen }`: another name than in the module. */
const EXPORTED = /^export\s*\{([^}]*)\}/gm;
const ALIAS = new RegExp(`(${NAME})\\s+as\\s+(${NAME})`, 'gu');
/** A bundle in one line says nothing by its line numbers, and a huge script is not worth the reading. */
const LONGEST_LINE = 2_000;
const MAX_BYTES = 8 * 1024 * 1024;
const MOST_LINES = 500;
const MOST_VARIABLES = 200;

/** Line numbers count from 1. */
export interface ScriptLines {
  /**
   * Lines that call `JSON.parse` or `JSON.stringify`: V8 books the time of both on the line of the caller, under no name of
   * their own.
   */
  readonly jsonLines: readonly number[];
  /** Where variables of the module begin that a heap snapshot may name as holders, without a line. */
  readonly variables: Readonly<Record<string, number>>;
}

/** Only numbers and those names are kept, no text. Empty if the script cannot be read. */
export function scanScript(file: string): ScriptLines {
  const text = textOf(file);
  const jsonLines: number[] = [];
  const variables = new Map<string, number>();
  for (const [index, line] of text.split('\n').entries()) {
    if (line.length > LONGEST_LINE) continue;
    if (jsonLines.length < MOST_LINES && JSON_CALL.test(line)) jsonLines.push(index + 1);
    const name = VARIABLE.exec(line)?.[1] ?? (DEFAULT.test(line) ? 'default' : undefined);
    if (name !== undefined && variables.size < MOST_VARIABLES && !variables.has(name)) variables.set(name, index + 1);
  }
  return { jsonLines, variables: Object.fromEntries(underExportedNames(text, variables)) };
}

/** Snapshots know a variable by the name that it is exported by: a variable of the same name inside is another one. */
function underExportedNames(text: string, variables: ReadonlyMap<string, number>): Map<string, number> {
  const named = new Map(variables);
  for (const [, list] of text.matchAll(EXPORTED)) {
    for (const [, inside = '', outside = ''] of (list ?? '').matchAll(ALIAS)) {
      const line = variables.get(inside);
      if (line === undefined) named.delete(outside);
      else named.set(outside, line);
    }
  }
  return named;
}

function textOf(file: string): string {
  try {
    return readRegularFileSync(file, { maxBytes: MAX_BYTES }).toString('utf8');
  } catch {
    return '';
  }
}
