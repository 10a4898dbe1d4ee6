import { printable } from '../model/printable.ts';
import { code as codeWords } from '../words/terms.ts';
import { prosePieces } from './prose.ts';

/** Breaks what a Markdown reader would act on without being asked: mentions, issue numbers, bare addresses. */
const BREAK = '\u200b';

/** Text as Markdown that shows it and does nothing else. */
export function markdownText(text: string): string {
  return printable(text)
    .replace(/[\\`*_{}[\]<>|~!#&]/g, (char) => (char === '<' ? '&lt;' : char === '&' ? '&amp;' : `\\${char}`))
    .replace(/@(?=\w)/g, `@${BREAK}`)
    .replace(/\b(https?|ftp|mailto)(:)/gi, `$1${BREAK}$2`)
    .replace(/\bwww\./gi, `www${BREAK}.`);
}

/** A name in code type. Pipes are escaped since a table cell ends at one even inside of code. */
export function markdownCode(name: string): string {
  const text = codeWords(printable(name).replaceAll('|', '\\|'));
  return text.replaceAll('`', '').trim() === '' ? '` `' : text;
}

/** A sentence with its names set as code. */
export function markdownProse(sentence: string): string {
  return prosePieces(sentence)
    .map(({ text, code }) => (code ? markdownCode(text) : markdownText(text)))
    .join('');
}

/** A table; cells are Markdown already. The alignment is one letter a column: `l` or `r`. */
export function markdownTable(heads: readonly string[], align: string, rows: readonly (readonly string[])[]): string {
  const rule = heads.map((_, i) => (align[i] === 'r' ? '--:' : '---'));
  return [heads, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
