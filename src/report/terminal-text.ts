import { printable } from '../model/printable.ts';
import { redactText } from '../redact/redact-text.ts';
import { prosePieces } from './prose.ts';

export type Style = 'plain' | 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan' | 'bad' | 'good' | 'warn';

export interface Span {
  readonly text: string;
  readonly style: Style;
}

export type TerminalLine = readonly Span[];

const CODES: Readonly<Record<Style, string>> = {
  plain: '',
  bold: '1',
  dim: '2',
  red: '31',
  green: '32',
  yellow: '33',
  cyan: '36',
  bad: '1;31',
  good: '1;32',
  warn: '1;33',
};

declare const isRendered: unique symbol;

/** Made by `sanitise` alone: a terminal may be given it as it is. */
export type Rendered = string & { readonly [isRendered]: true };

/**
 * The only way from a report to a terminal: every span is made printable and redacted here, so a name can bring neither a control
 * character nor a line of its own, and the only escape sequences are our own colours.
 */
export function sanitise(lines: readonly TerminalLine[], colour: boolean): Rendered {
  const paint = ({ text, style }: Span): string => {
    const shown = printable(redactText(text));
    return colour && CODES[style] !== '' ? `\u001b[${CODES[style]}m${shown}\u001b[0m` : shown;
  };
  return lines.map((line) => `${line.map(paint).join('').trimEnd()}\n`).join('') as Rendered;
}

export function span(text: string, style: Style = 'plain'): Span {
  return { text, style };
}

/** A sentence wrapped to `width` columns, names in cyan, every line after the first indented like the first. */
export function wrapProse(sentence: string, width: number, indent: string = ''): TerminalLine[] {
  const lines: Span[][] = [];
  let line: Span[] = [span(indent)];
  let used = indent.length;
  for (const word of wordsOf(sentence)) {
    const length = word.reduce((sum, { text }) => sum + text.length, 0);
    const space = used > indent.length ? 1 : 0;
    if (used + space + length > width && space === 1) {
      lines.push(line);
      line = [span(indent)];
      used = indent.length;
    } else if (space === 1) {
      line.push(span(' '));
      used += 1;
    }
    line.push(...word);
    used += length;
  }
  return [...lines, line];
}

/** Words of a sentence; a word may be made of pieces in several styles: `pending`, then a comma. */
function wordsOf(sentence: string): Span[][] {
  const words: Span[][] = [[]];
  for (const { text, code } of prosePieces(sentence)) {
    text.split(/ +/).forEach((part, i) => {
      if (i > 0) words.push([]);
      if (part !== '') words.at(-1)?.push(span(part, code ? 'cyan' : 'plain'));
    });
  }
  return words.filter((word) => word.length > 0);
}
