import { printable } from '../model/printable.ts';

/** A piece of a sentence: a name from the program (set in code type) or words. */
export interface ProsePiece {
  readonly text: string;
  readonly code: boolean;
}

/**
 * Two backticks on each side where the name has one of its own, and spaces next to them if the name begins or ends with one.
 */
const CODE = /``(?: (.+?) |(.+?))``(?!`)|`([^`]*)`?/g;

/**
 * Sentences of findings name things between backticks. Every writer sets the pieces in its own way and escapes them;
 * a backtick inside a name only moves a border between pieces, it cannot reach past the escaping.
 * A sentence is one line: line breaks inside become spaces, so no name can forge a line of a report.
 */
export function prosePieces(sentence: string): ProsePiece[] {
  const line = printable(sentence.replace(/\s*[\r\n]+\s*/g, ' '));
  const pieces: ProsePiece[] = [];
  let end = 0;
  for (const found of line.matchAll(CODE)) {
    pieces.push({ text: line.slice(end, found.index), code: false });
    pieces.push({ text: found[1] ?? found[2] ?? found[3] ?? '', code: true });
    end = found.index + found[0].length;
  }
  return [...pieces, { text: line.slice(end), code: false }].filter(({ text }) => text !== '');
}
