import type { ChangingLine } from '../model/changing-line.ts';
import type { Finding } from '../model/finding.ts';
import { printable } from '../model/printable.ts';
import { formatPlace } from '../words/place.ts';

export interface SourceLines {
  /** `Added at lib/quota.js:14`. */
  readonly title: string;
  /** With their numbers; the statement's own line begins with `>`. */
  readonly lines: readonly string[];
}

/** The source around the statement that adds and the first that removes, where it is known. */
export function sourceLines({ subject }: Finding): SourceLines[] {
  const { added = [], removed = [] } = subject;
  return [...shown('Added at', added[0]), ...shown('Removed at', removed[0])];
}

function shown(word: string, line: ChangingLine | undefined): SourceLines[] {
  const { context } = line ?? {};
  if (!line || !context || context.lines.length === 0) return [];
  const { first, lines } = context;
  const width = String(first + lines.length).length;
  return [
    {
      title: `${word} ${formatPlace({ ...line, column: 0 })}`,
      lines: lines.map((text, at) => {
        const number = first + at;
        return printable(`${number === line.line ? '>' : ' '} ${String(number).padStart(width)}  ${text}`.trimEnd());
      }),
    },
  ];
}
