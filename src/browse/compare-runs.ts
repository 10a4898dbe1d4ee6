import type { PageChart } from '../model/page-data.ts';
import type { ComparedRuns, ComparedSeries, InBoth } from '../model/run-pages.ts';
import { findingEntry, runCharts } from './run-details.ts';
import { type RunFolder, type RunFolders, readReport } from './run-folders.ts';

/** Points of a curve: a chart is some 550 pixels wide. */
const POINTS = 500;

/** Two runs side by side: findings by their id, gates by their name, curves on one axis. */
export async function compareRuns(runs: RunFolders, before: RunFolder, after: RunFolder): Promise<ComparedRuns> {
  const [entryBefore, entryAfter, reportBefore, reportAfter, chartsBefore, chartsAfter] = await Promise.all([
    runs.entryOf(before),
    runs.entryOf(after),
    readReport(before),
    readReport(after),
    runCharts(before),
    runCharts(after),
  ]);
  const findings = (report: typeof reportBefore) => report?.findings.map(findingEntry) ?? [];
  return {
    before: entryBefore,
    after: entryAfter,
    findings: pair(findings(reportBefore), findings(reportAfter), ({ id }) => id),
    gates: pair(reportBefore?.gates ?? [], reportAfter?.gates ?? [], ({ name }) => name),
    series: onOneAxis(chartsBefore.charts, chartsAfter.charts),
  };
}

/** In the order of the later run, then what only the earlier one has. */
export function pair<Item>(
  before: readonly Item[],
  after: readonly Item[],
  keyOf: (item: Item) => string,
): InBoth<Item>[] {
  const earlier = new Map(before.map((item) => [keyOf(item), item]));
  const both = after.map((item) => ({ before: earlier.get(keyOf(item)) ?? null, after: item }));
  const later = new Set(after.map(keyOf));
  return [...both, ...before.filter((item) => !later.has(keyOf(item))).map((item) => ({ before: item, after: null }))];
}

function onOneAxis(before: readonly PageChart[], after: readonly PageChart[]): ComparedSeries[] {
  return pair(before, after, ({ title }) => title).map(({ before: one, after: other }) => {
    const { title, unit } = (other ?? one)!;
    const endSec = Math.max(one?.tSec.at(-1) ?? 0, other?.tSec.at(-1) ?? 0);
    const tSec = Array.from({ length: POINTS }, (_, index) => (endSec * index) / (POINTS - 1));
    return { title, unit, tSec, before: valuesAt(one, tSec), after: valuesAt(other, tSec) };
  });
}

/** On the line that a chart of the run draws; null outside of the run and where nothing was measured. */
export function valuesAt(chart: PageChart | null, times: readonly number[]): (number | null)[] {
  if (!chart) return times.map(() => null);
  const { tSec, value } = chart;
  let next = 0;
  return times.map((time) => {
    while (next < tSec.length && tSec[next]! < time) next++;
    const [to, from] = [value[next], value[next - 1]];
    if (to === undefined || to === null) return null;
    if (tSec[next] === time || next === 0) return tSec[next] === time ? to : null;
    if (from === undefined || from === null) return null;
    const share = (time - tSec[next - 1]!) / (tSec[next]! - tSec[next - 1]!);
    return from + share * (to - from);
  });
}
