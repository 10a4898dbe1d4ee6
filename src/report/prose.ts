import { printable } from '../model/printable.ts';

/** A piece of a sentence: a name from the program (set in code type) or words. */
export interface ProsePiece {
  readonly text: string;
  readonly code: boolean;
}

/**
 * Sentences of findings name things between backticks. Every writer sets the pieces in its own way and escapes them;
 * a backtick inside a name only moves a border between pieces, it cannot reach past the escaping.
 * A sentence is one line: line breaks inside become spaces, so no name can forge a line of a report.
 */
export function prosePieces(sentence: string): ProsePiece[] {
  return printable(sentence.replace(/\s*[\r\n]+\s*/g, ' '))
    .split('`')
    .map((text, i) => ({ text, code: i % 2 === 1 }))
    .filter(({ text }) => text !== '');
}
