import process from 'node:process';
import { isHealthy } from '../accuracy-case.ts';
import { judge } from '../judge.ts';
import type { Regime, RegimeCase } from './regimes.ts';
import type { RegimeRow } from './table.ts';

/** A service that holds some hundred megabytes of small objects; snapshots are refused there. */
export interface BigHeap {
  readonly megabytes: number;
}

export const SIZES_MB: readonly number[] = [100, 400, 800];
const ROUTES = ['searches', 'history', 'watchers', 'parcels'];

interface Planted {
  readonly name: string;
  readonly fault: string;
  readonly stock: string;
  readonly focus: string;
  readonly about: string;
  /** What the excerpt of the adding statement holds; null for the healthy. */
  readonly adds: string | null;
  readonly class: string | null;
}

const PLANTED: readonly Planted[] = [
  leak('searches', 'Map of searches', 'searches.set(', 'Search'),
  leak('history', 'array of plain objects in a factory', 'looks.push(', 'Object'),
  leak('watchers', 'listeners with what they look for', "changes.on('change'", null),
  {
    ...leak('searches', 'the same beside a cache of which each request replaces one', 'searches.set(', 'Search'),
    name: 'searches-beside-turning',
    stock: 'turning',
  },
  healthy('static', 'searches', 'everything was read at the start'),
  healthy('turning', 'parcels', 'a cache at its bound: each request replaces one'),
  healthy('filling', 'parcels', 'a cache that is full after 2,000 requests for it'),
  healthy('far', 'parcels', 'a cache that fills for longer than the run'),
];

function leak(name: string, about: string, adds: string, className: string | null): Planted {
  return { name, fault: name, stock: 'static', focus: name, about, adds, class: className };
}

function healthy(stock: string, focus: string, about: string): Planted {
  return { name: `healthy-${stock}`, fault: 'none', stock, focus, about, adds: null, class: null };
}

export function bigHeapCases(regime: Regime, { megabytes }: BigHeap, seconds: number): RegimeCase[] {
  return PLANTED.map(
    (planted): RegimeCase => ({
      regime,
      others: ROUTES.filter((route) => route !== planted.focus),
      args: ['--fault', planted.fault, '--stock', planted.stock, '--megabytes', String(megabytes)],
      adds: planted.adds,
      one: {
        name: `${regime.name}/${planted.name}`,
        service: 'land-register',
        fault: planted.fault,
        focus: planted.focus,
        about: planted.about,
        kinds: planted.adds === null ? [] : ['js-heap-leak', 'listener-leak'],
        names: planted.class === null ? [''] : [planted.class],
        consequences: [''],
        files: [],
        ratePerSecond: regime.ratePerSecond,
        seconds,
        nodeMajor: 20,
        route: {},
        isInCiCut: false,
      },
    }),
  );
}

/** A line a size and length, then one for each case. */
export function bigHeapTable(rows: readonly RegimeRow[]): string {
  const groups = [...new Set(rows.map(groupOf))];
  return [
    '| live small objects | leaks found | adding statement right | class right | leaks that passed | healthy accused | all pauses added, longest run | memory added, most |',
    '|---|---|---|---|---|---|---|---|',
    ...groups.map((group) => lineOf(group, rows)),
    '',
    '| case | what was said | pauses added |',
    '|---|---|--:|',
    ...rows.map((row) => `| ${row.one.name}, ${row.one.seconds} s | ${saidOf(row)} | ${milliseconds(row)} |`),
  ].join('\n');
}

function groupOf({ regime, one }: RegimeRow): string {
  return `${regime.bigHeap?.megabytes} MB, ${one.seconds} s`;
}

function lineOf(group: string, rows: readonly RegimeRow[]): string {
  const own = rows.filter((row) => groupOf(row) === group);
  const leaks = own.filter(({ one }) => !isHealthy(one));
  const healthyOnes = own.filter(({ one }) => isHealthy(one));
  const withClass = leaks.filter(({ one }) => one.names[0] !== '');
  const count = (some: readonly RegimeRow[], test: (row: RegimeRow) => boolean): string =>
    `${some.filter(test).length} of ${some.length}`;
  const cells = [
    count(leaks, ({ one, result }) => judge(one, result.report).isFound),
    count(leaks, isLineRight),
    count(withClass, ({ one, result }) => judge(one, result.report).isNamedFirst),
    count(leaks, ({ result }) => result.report.verdict === 'pass'),
    count(healthyOnes, ({ one, result }) => judge(one, result.report).falseAlarms.length > 0),
    `${(Math.max(...own.map(({ result }) => result.pausesMs ?? 0)) / 1000).toFixed(1)} s`,
    `${Math.round(100 * Math.max(...own.map(({ result }) => result.addedMemory ?? 0)))} %`,
  ];
  return `| ${group} | ${cells.join(' | ')} |`;
}

/** Of the first leak that is told, possible ones too. */
function isLineRight({ adds, result }: RegimeRow): boolean {
  const [first] = result.report.findings.filter(({ kind }) => kind.endsWith('-leak'));
  return adds !== null && adds !== undefined && first?.subject.added?.[0]?.excerpt?.includes(adds) === true;
}

function milliseconds({ result }: RegimeRow): string {
  return result.pausesMs === undefined ? '' : `${Math.round(result.pausesMs)} ms`;
}

function saidOf({ result: { report } }: RegimeRow): string {
  const [finding] = report.findings;
  const words = finding ? `${finding.confidence} ${finding.kind}: ${finding.title}` : 'nothing';
  return `${report.verdict}; ${words}`.replaceAll(`${process.cwd()}/`, '').replaceAll('|', '\\|');
}
