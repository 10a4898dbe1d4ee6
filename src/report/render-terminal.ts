import type { Finding } from '../model/finding.ts';
import type { Gate } from '../model/report.ts';
import type { ReportDocument } from '../model/report-document.ts';
import { formatValue } from '../words/figures.ts';
import { answersOf } from '../words/report/answers.ts';
import { dataFacts, runFacts, verdictWord } from '../words/report/facts.ts';
import { headline } from '../words/report/headline.ts';
import { LABEL, moreInReport, REMARK } from '../words/report/labels.ts';
import { plural } from '../words/terms.ts';
import { type Rendered, type Style, sanitise, span, type TerminalLine, wrapProse } from './terminal-text.ts';

export interface TerminalOptions {
  readonly colour: boolean;
  /** Columns; 80 if unknown. */
  readonly width?: number;
}

const TONES: Readonly<Record<ReturnType<typeof headline>['tone'], Style>> = {
  bad: 'bad',
  warn: 'warn',
  good: 'good',
  unknown: 'warn',
};

/** Findings spelt out in the terminal; the report has them all. */
const SHOWN = 3;
const LABEL_WIDTH = 16;

/** The verdict that the terminal shows at the end of a run. */
export function renderTerminal(document: ReportDocument, { colour, width = 80 }: TerminalOptions): Rendered {
  const columns = Math.max(40, Math.min(width, 120));
  const { findings, gates } = document.report;
  const lines: TerminalLine[] = [
    ...titleLines(document, columns),
    ...verdictLines(document, columns),
    ...gates.map(gateLine),
    ...(gates.length > 0 ? [[]] : []),
    ...findings.slice(0, SHOWN).flatMap((finding) => findingLines(finding, document, columns)),
    ...(findings.length > SHOWN ? [[span(moreInReport(plural(findings.length - SHOWN, 'more finding')), 'dim')]] : []),
    ...bottleneckLines(document, columns),
  ];
  return sanitise(lines, colour);
}

function titleLines(document: ReportDocument, columns: number): TerminalLine[] {
  const { report } = document;
  return [
    [
      span('Soak of ', 'dim'),
      span(report.run.target.name, 'bold'),
      span(`  ${verdictWord(document)} (exit ${report.exitCode})`, 'dim'),
    ],
    ...wrapProse(`${runFacts(document).join(' | ')} | ${dataFacts(document)}`, columns),
    [],
  ];
}

function verdictLines(document: ReportDocument, columns: number): TerminalLine[] {
  const { tone, words, detail, sentences, limits } = headline(document);
  const top: TerminalLine = [span(words, TONES[tone]), span(detail === '' ? '' : `  ${detail}`)];
  // The sentences of a failed run are the answers of its first finding, which follow anyway.
  const told = document.report.findings.length > 0 ? [] : sentences.flatMap((text) => wrapProse(text, columns));
  return [top, ...limits.flatMap((text) => wrapProse(text, columns)), ...told, []];
}

const MARKS: Readonly<Record<Gate['status'], readonly [string, Style]>> = {
  pass: ['pass', 'green'],
  fail: ['FAIL', 'red'],
  unknown: ['????', 'yellow'],
};

export function gateLine({ name, limit, measured, unit, status }: Gate): TerminalLine {
  const [mark, style] = MARKS[status];
  return [
    span(`  ${mark}  `, style),
    span(name.padEnd(24)),
    span(` ${formatValue(measured, unit)}`, 'bold'),
    span(`  (threshold ${limit})`, 'dim'),
  ];
}

function findingLines(finding: Finding, document: ReportDocument, columns: number): TerminalLine[] {
  const answers = answersOf(finding, document).flatMap(({ question, text }) => {
    const wrapped = wrapProse(text, columns, ' '.repeat(LABEL_WIDTH));
    const [first = [], ...rest] = wrapped;
    return [[span(question.padEnd(LABEL_WIDTH), 'dim'), ...first.slice(1)], ...rest];
  });
  return [
    [span(`${finding.rank}. `, 'bold'), span(finding.subject.class, 'bold'), span(`  ${finding.kind}`, 'dim')],
    ...answers,
    ...(finding.verify === '' ? [] : [[span(LABEL.checkFix.padEnd(LABEL_WIDTH), 'dim'), span(finding.verify)]]),
    [],
  ];
}

/** A line or two each: what is slow and what the change should bring. The report says how. */
function bottleneckLines({ report }: ReportDocument, columns: number): TerminalLine[] {
  const { bottlenecks = [] } = report;
  if (bottlenecks.length === 0) return [];
  const more = bottlenecks.length - SHOWN;
  return [
    [span('Bottlenecks', 'bold'), span(`  ${REMARK.bottlenecksInShort}`, 'dim')],
    ...bottlenecks.slice(0, SHOWN).flatMap((one) => {
      const [first = [], ...rest] = wrapProse(one.title, columns, '   ');
      const gain = wrapProse(`Expected gain: ${one.gain}`, columns, '   ');
      return [[span(`${one.rank}. `, 'bold'), ...first.slice(1)], ...rest, ...gain];
    }),
    ...(more > 0 ? [[span(moreInReport(plural(more, 'more bottleneck')), 'dim')]] : []),
    [],
  ];
}
