import { readFileSync, statSync } from 'node:fs';

const CALL = /\bJSON\s*\.\s*(?:parse|stringify)\s*\(/;
/** A bundle in one line says nothing by its line numbers, and a huge script is not worth the reading. */
const LONGEST_LINE = 2_000;
const MAX_BYTES = 8 * 1024 * 1024;
const MOST_LINES = 500;

/**
 * The lines (from 1) of a script that call `JSON.parse` or `JSON.stringify`. V8 books the time of both on the line of
 * the caller, under no name of their own. Only the numbers are kept, no text. Empty where the script cannot be read.
 */
export function findJsonLines(file: string): number[] {
  try {
    if (statSync(file).size > MAX_BYTES) return [];
    return readFileSync(file, 'utf8')
      .split('\n')
      .flatMap((line, index) => (line.length <= LONGEST_LINE && CALL.test(line) ? [index + 1] : []))
      .slice(0, MOST_LINES);
  } catch {
    return [];
  }
}
