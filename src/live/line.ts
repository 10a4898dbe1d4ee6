/** How a part of a line looks; what that means in colours is the terminal's matter. */
export type Style = 'plain' | 'bold' | 'dim' | 'good' | 'warn' | 'bad' | 'series';

export interface Span {
  readonly text: string;
  readonly style: Style;
}

export type Line = readonly Span[];

export function span(text: string, style: Style = 'plain'): Span {
  return { text, style };
}

/** In columns of a terminal. */
export function lengthOf(line: Line): number {
  return line.reduce((sum, { text }) => sum + widthOf(text), 0);
}

/** Cut to a number of columns. A text that was cut ends with two dots. */
export function fit(line: Line, columns: number): Line {
  let left = columns;
  const kept: Span[] = [];
  for (const one of line) {
    const width = widthOf(one.text);
    if (width <= left) {
      kept.push(one);
      left -= width;
      continue;
    }
    kept.push({ ...one, text: cutTo(one.text, left) });
    break;
  }
  return kept;
}

const ELLIPSIS = '..';

function cutTo(text: string, columns: number): string {
  const room = Math.max(0, columns - ELLIPSIS.length);
  let kept = '';
  let width = 0;
  for (const char of text) {
    const wide = widthOf(char);
    if (width + wide > room) break;
    kept += char;
    width += wide;
  }
  return kept + ELLIPSIS.slice(0, Math.max(0, columns - width));
}

/** Combining marks take none, letters of East Asia and pictures take two. */
function widthOf(text: string): number {
  let width = 0;
  for (const char of text) {
    const code = char.codePointAt(0) ?? 0;
    if (code < 0x300) width += 1;
    else if (!/\p{M}/u.test(char)) width += isWide(code) ? 2 : 1;
  }
  return width;
}

function isWide(code: number): boolean {
  return (
    (code >= 0x1100 && code <= 0x115f) ||
    (code >= 0x2e80 && code <= 0xa4cf) ||
    (code >= 0xac00 && code <= 0xd7a3) ||
    (code >= 0xf900 && code <= 0xfaff) ||
    (code >= 0xfe30 && code <= 0xfe6f) ||
    (code >= 0xff00 && code <= 0xff60) ||
    (code >= 0xffe0 && code <= 0xffe6) ||
    code >= 0x1f300
  );
}

/** A text in lines of a number of columns, broken between words where possible. */
export function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (widthOf(longer) <= columns) {
      line = longer;
      continue;
    }
    if (line !== '') lines.push(line);
    line = word;
    while (widthOf(line) > columns) {
      const head = [...line].slice(0, Math.max(1, Math.floor(columns / 2))).join('');
      lines.push(head);
      line = line.slice(head.length);
    }
  }
  return [...lines, line];
}
