import { printable } from '../model/printable.ts';
import { redactText } from '../redact/redact-text.ts';
import { span, type TerminalLine } from './terminal-text.ts';

export interface TerminalColumn {
  readonly head: string;
  readonly align?: 'left' | 'right';
  /** Longer cells keep their end, which is the important part of a path; default: as wide as the widest. */
  readonly maxWidth?: number;
}

const GAP = '  ';

/** Cells in columns that line up, under dim heads. */
export function terminalTable(
  columns: readonly TerminalColumn[],
  rows: readonly (readonly string[])[],
): TerminalLine[] {
  const cells = rows.map((row) =>
    columns.map(({ maxWidth }, i) => keepEnd(printable(redactText(row[i] ?? '')), maxWidth)),
  );
  const widths = columns.map(({ head }, i) =>
    cells.reduce((most, row) => Math.max(most, row[i]?.length ?? 0), head.length),
  );
  const line = (texts: readonly string[]): string =>
    texts.map((text, i) => pad(text, widths[i] ?? 0, columns[i]?.align)).join(GAP);
  return [[span(line(columns.map(({ head }) => head)), 'dim')], ...cells.map((row) => [span(line(row))])];
}

function pad(text: string, width: number, align: TerminalColumn['align']): string {
  return align === 'right' ? text.padStart(width) : text.padEnd(width);
}

function keepEnd(text: string, maxWidth: number = Number.POSITIVE_INFINITY): string {
  return text.length <= maxWidth ? text : `…${text.slice(text.length - maxWidth + 1)}`;
}
