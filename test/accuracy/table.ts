import process from 'node:process';
import type { Finding } from '../../src/model/finding.ts';
import { type AccuracyCase, isHealthy } from './accuracy-case.ts';
import { type Judgement, judge } from './judge.ts';
import type { StoredResult } from './result-store.ts';
import { serviceNamed } from './services.ts';

export interface Row {
  readonly one: AccuracyCase;
  readonly repeat: number;
  readonly result: StoredResult;
}

/** The result of all rows, as Markdown: the figures first, then leaks and look-alikes, each with what was said. */
export function tableOf(rows: readonly Row[]): string {
  const judged = rows.map((row) => ({ ...row, judgement: judge(row.one, row.result.report) }));
  const leaks = judged.filter(({ one }) => !isHealthy(one));
  const healthy = judged.filter(({ one }) => isHealthy(one));
  const lines = [
    ...figures(leaks, healthy),
    `| builds of the tool, with their runs | ${builds(rows)} |`,
    '',
    '| leak | what grows | Node | rate | found | named first | file | first finding |',
    '|---|---|---|---|---|---|---|---|',
    ...leaks.map(leakLine),
    '',
    '| look-alike | what it does | Node | rate | clean | accused |',
    '|---|---|---|---|---|---|',
    ...healthy.map(healthyLine),
  ];
  return lines.join('\n');
}

interface JudgedRow extends Row {
  readonly judgement: Judgement;
}

function figures(leaks: readonly JudgedRow[], healthy: readonly JudgedRow[]): string[] {
  const withFile = leaks.filter(({ judgement }) => judgement.isFileRight !== null);
  const share = (rows: readonly JudgedRow[], test: (judgement: Judgement) => boolean): string => {
    const count = rows.filter(({ judgement }) => test(judgement)).length;
    const percent = rows.length === 0 ? '' : ` (${((100 * count) / rows.length).toFixed(0)} %)`;
    return `${count} of ${rows.length}${percent}`;
  };
  return [
    '| measure | result |',
    '|---|---|',
    `| leaks found as a right kind, \`confirmed\` or \`likely\` | ${share(leaks, ({ isFound }) => isFound)} |`,
    `| culprit named first | ${share(leaks, ({ isNamedFirst }) => isNamedFirst)} |`,
    `| file right, where a file can be known | ${share(withFile, ({ isFileRight }) => isFileRight === true)} |`,
    `| leaky services in which another leak is accused as well | ${share(leaks, ({ falseAlarms }) => falseAlarms.length > 0)} |`,
    `| healthy services accused | ${share(healthy, ({ falseAlarms }) => falseAlarms.length > 0)} |`,
  ];
}

function builds(rows: readonly Row[]): string {
  const counts = new Map<string, number>();
  for (const { result } of rows) counts.set(result.tool, (counts.get(result.tool) ?? 0) + 1);
  return [...counts].map(([tool, count]) => `${tool.slice(0, 8)} (${count})`).join(', ');
}

function leakLine({ one, result, judgement }: JudgedRow): string {
  const { isFound, isNamedFirst, isFileRight, first } = judgement;
  const file = isFileRight === null ? '' : mark(isFileRight);
  return `| ${common(one, result)} | ${mark(isFound)} | ${mark(isNamedFirst)} | ${file} | ${words(first ?? result.report.findings[0])} |`;
}

function healthyLine({ one, result, judgement }: JudgedRow): string {
  const accused = judgement.falseAlarms.map(words).join('<br>');
  return `| ${common(one, result)} | ${mark(judgement.isRight)} | ${accused} |`;
}

function common(one: AccuracyCase, result: StoredResult): string {
  const { framework } = serviceNamed(one.service);
  const node = result.report.run.target.node ?? `v${one.nodeMajor}`;
  return `${one.name} | ${one.about} (${framework}) | ${node} | ${one.ratePerSecond}/s`;
}

function words(finding: Finding | undefined | null): string {
  if (!finding) return 'nothing';
  const { kind, confidence, subject } = finding;
  const place = subject.source === null ? '' : `, ${subject.source.file.split('/').at(-1)}:${subject.source.line}`;
  const said = `${confidence} ${kind}: ${subject.class} in ${subject.holder}${place}`;
  return said.replaceAll(`${process.cwd()}/`, '').replaceAll('|', '\\|');
}

function mark(isRight: boolean): string {
  return isRight ? 'yes' : '**no**';
}
