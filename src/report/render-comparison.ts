import type { Comparison, MeasureVerdict } from '../model/baseline.ts';
import { comparisonHeadline, comparisonRow, VERDICT_WORDS } from '../words/report/comparison.ts';
import { markdownProse, markdownTable, markdownText } from './markdown-text.ts';
import type { TerminalOptions } from './render-terminal.ts';
import { terminalTable } from './terminal-table.ts';
import { type Rendered, type Style, sanitise, span, type TerminalLine, wrapProse } from './terminal-text.ts';

const STYLES: Readonly<Record<MeasureVerdict, Style>> = {
  worse: 'bad',
  better: 'good',
  same: 'plain',
  unclear: 'warn',
};
const HEADS = ['figure', 'baseline', 'now', 'change [95 %]'] as const;

/** A comparison with a baseline for the terminal. */
export function renderComparisonTerminal(comparison: Comparison, { colour, width = 80 }: TerminalOptions): Rendered {
  const { measures, findings, notes, verdict } = comparison;
  const columns = Math.max(40, Math.min(width, 120));
  const [head = [], ...rows] = terminalTable(
    HEADS.map((title) => ({ head: title })),
    measures.map((measure) => comparisonRow(measure).map((cell) => cell.replaceAll('`', ''))),
  );
  const table = rows.map((row, i): TerminalLine => {
    const kind = measures[i]?.verdict ?? 'same';
    return [...row, span(kind === 'same' ? '' : `  ${VERDICT_WORDS[kind]}`, STYLES[kind])];
  });
  const tone: Style = verdict === 'pass' ? 'good' : verdict === 'fail' ? 'bad' : 'warn';
  const lines: TerminalLine[] = [
    [span(comparisonHeadline(comparison), tone)],
    [],
    ...(measures.length > 0 ? [head, ...table, []] : []),
    ...findings.flatMap(({ rank, title, recommendation }) => [
      ...wrapProse(`${rank}. ${title}`, columns),
      ...wrapProse(recommendation, columns, '   '),
    ]),
    ...notes.flatMap((note) => wrapProse(`Note: ${note}.`, columns)),
  ];
  return sanitise(lines, colour);
}

/** First line of a comment: a file that begins with it is replaced by the next comparison. */
const OWN_COMMENT = '<!-- Written by profiler baseline compare; the next one replaces this file. -->';

export function isComparisonMarkdown(text: string): boolean {
  return text.startsWith(`${OWN_COMMENT}\n`);
}

/** The same as Markdown, for a pull request: regressions first, all figures folded. */
export function renderComparisonMarkdown(comparison: Comparison): string {
  const { measures, findings, notes, runs } = comparison;
  const rows = measures.map((measure) => [
    ...comparisonRow(measure).map(markdownProse),
    measure.verdict === 'worse' ? '**REGRESSION**' : VERDICT_WORDS[measure.verdict],
  ]);
  const table = markdownTable([...HEADS, 'verdict'], 'lrrrl', rows);
  const parts = [
    `### ${comparison.verdict === 'fail' ? 'Regression' : 'Performance'}: ${markdownText(runs.join(', '))}`,
    `**${markdownText(comparisonHeadline(comparison))}**`,
    findings
      .map(({ title, recommendation }) => `- ${markdownProse(title)} ${markdownProse(recommendation)}`)
      .join('\n'),
    measures.length === 0 ? '' : `<details><summary>All ${measures.length} figures</summary>\n\n${table}\n\n</details>`,
    notes.map((note) => `- ${markdownText(note)}`).join('\n'),
  ];
  return `${OWN_COMMENT}\n${parts.filter((part) => part !== '').join('\n\n')}\n`;
}
