import { readFileSync, statSync } from 'node:fs';

const JSON_CALL = /\bJSON\s*\.\s*(?:parse|stringify)\s*\(/;
/** A variable of a module that is made to hold something: `export const seen = new Set()`, `exports.byId = {}`. */
const VARIABLE =
  /^(?:(?:export\s+)?(?:const|let|var)\s+|(?:module\.)?exports\.)([\p{ID_Start}$_][\p{ID_Continue}$]*)(?:\s*:[^=]+)?\s*=\s*(?!require\b)(?:new\b|\[|\{|[\w$.]+\()/u;
/** A bundle in one line says nothing by its line numbers, and a huge script is not worth the reading. */
const LONGEST_LINE = 2_000;
const MAX_BYTES = 8 * 1024 * 1024;
const MOST_LINES = 500;
const MOST_VARIABLES = 200;

/** Line numbers count from 1. */
export interface ScriptLines {
  /** Lines that call `JSON.parse` or `JSON.stringify`: V8 books the time of both on the line of the caller, under no name of their own. */
  readonly jsonLines: readonly number[];
  /** Where variables of the module begin that a heap snapshot may name as holders, without a line. */
  readonly variables: Readonly<Record<string, number>>;
}

/** Only numbers and those names are kept, no text. Empty where the script cannot be read. */
export function scanScript(file: string): ScriptLines {
  const jsonLines: number[] = [];
  const variables = new Map<string, number>();
  for (const [index, line] of linesOf(file).entries()) {
    if (line.length > LONGEST_LINE) continue;
    if (jsonLines.length < MOST_LINES && JSON_CALL.test(line)) jsonLines.push(index + 1);
    const name = VARIABLE.exec(line)?.[1];
    if (name !== undefined && variables.size < MOST_VARIABLES && !variables.has(name)) variables.set(name, index + 1);
  }
  return { jsonLines, variables: Object.fromEntries(variables) };
}

function linesOf(file: string): string[] {
  try {
    return statSync(file).size > MAX_BYTES ? [] : readFileSync(file, 'utf8').split('\n');
  } catch {
    return [];
  }
}
