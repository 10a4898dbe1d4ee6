import process from 'node:process';
import { isHealthy } from '../accuracy-case.ts';
import { judge } from '../judge.ts';
import type { StoredResult } from '../result-store.ts';
import type { Regime, RegimeCase } from './regimes.ts';

export interface RegimeRow extends RegimeCase {
  readonly result: StoredResult;
}

/** A line a regime, then a line for each case that came out wrong, with what was said. */
export function regimeTable(rows: readonly RegimeRow[]): string {
  const regimes = [...new Set(rows.map(({ regime }) => regime))];
  const wrong = rows.filter(({ one, result }) => !judge(one, result.report).isRight);
  return [
    '| regime | what comes | leaks found | culprit named first | leaks that passed | healthy accused |',
    '|---|---|---|---|---|---|',
    ...regimes.map((regime) => lineOf(regime, rows)),
    '',
    '| wrong | what was said |',
    '|---|---|',
    ...wrong.map((row) => `| ${row.one.name} | ${saidOf(row)} |`),
  ].join('\n');
}

function lineOf(regime: Regime, rows: readonly RegimeRow[]): string {
  const own = rows.filter((row) => row.regime === regime);
  const leaks = own.filter(({ one }) => !isHealthy(one));
  const healthy = own.filter(({ one }) => isHealthy(one));
  const count = (some: readonly RegimeRow[], test: (row: RegimeRow) => boolean): string =>
    `${some.filter(test).length} of ${some.length}`;
  const cells = [
    count(leaks, ({ one, result }) => judge(one, result.report).isFound),
    count(leaks, ({ one, result }) => judge(one, result.report).isNamedFirst),
    count(leaks, ({ result }) => result.report.verdict === 'pass'),
    count(healthy, ({ one, result }) => judge(one, result.report).falseAlarms.length > 0),
  ];
  return `| ${regime.name} | ${regime.about} | ${cells.join(' | ')} |`;
}

function saidOf({ one, result: { report } }: RegimeRow): string {
  const { first, falseAlarms } = judge(one, report);
  const finding = falseAlarms[0] ?? first ?? report.findings[0];
  const detail = report.checked.find(({ check }) => check === 'JS heap')?.detail ?? '';
  const words = finding ? `${finding.confidence} ${finding.kind}: ${finding.title}` : `nothing; JS heap: ${detail}`;
  return `${report.verdict}; ${words}`.replaceAll(`${process.cwd()}/`, '').replaceAll('|', '\\|');
}
