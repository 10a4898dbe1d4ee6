import type { Gate } from '../../model/report.ts';
import type { ComparedRuns, ComparedSeries, FindingEntry, InBoth, RunEntry } from '../../model/run-pages.ts';
import { h } from '../h.ts';
import type { TimeChart } from '../time-chart.ts';
import { ask } from './api.ts';
import { chartStack } from './chart-stack.ts';
import { comparedCpu } from './compared-cpu.ts';
import { type Cell, gateFigure, grid, TEXT } from './grid.ts';
import { formatStart, result } from './runs-list.ts';
import { heading, link, prose, type View, type ViewContext } from './view.ts';

/** Two runs side by side: what is new, what is gone, and the curves on one axis. */
export async function compareView(earlier: string, later: string, { signal }: ViewContext): Promise<View> {
  const { before, after, findings, gates, series } = await ask<ComparedRuns>(`compare/${earlier}/${later}`, {}, signal);
  const curves = chartStack(() => series.map((one) => comparedChart(one, before, after)));
  const swap = h('p', {}, link('The other way round', ['compare', later, earlier]));
  return {
    title: 'Two runs',
    leave: curves.close,
    nodes: [
      heading('Two runs side by side'),
      grid(
        'The runs',
        [TEXT('Name'), TEXT('Run'), TEXT('Result'), TEXT('Service'), TEXT('Started')],
        [runCells('A', before), runCells('B', after)],
      ),
      swap,
      h('h2', {}, 'Findings'),
      ...findingsTable(findings),
      ...gatesTable(gates),
      h('h2', {}, 'Curves, from the start of each run'),
      h(
        'p',
        { class: 'legend' },
        h('span', {}, h('i', { class: 'swatch before' }), `A: ${before.id}`),
        h('span', {}, h('i', { class: 'swatch after' }), `B: ${after.id}`),
      ),
      curves.element,
      comparedCpu(earlier, later, signal),
    ],
  };
}

function runCells(letter: string, run: RunEntry): Cell[] {
  return [letter, link(run.id, ['run', run.key]), result(run), run.target, formatStart(run.startWallMs)];
}

function findingsTable(findings: readonly InBoth<FindingEntry>[]): HTMLElement[] {
  if (findings.length === 0) return [h('p', {}, 'Neither run has a finding.')];
  const rows = findings.map(({ before, after }): Cell[] => {
    const finding = (after ?? before)!;
    return [
      h('span', {}, ...prose(finding.title)),
      before ? before.confidence : 'not found',
      after ? after.confidence : 'not found',
      change(before, after),
      finding.id,
    ];
  });
  return [grid('Findings by id', [TEXT('Finding'), TEXT('A'), TEXT('B'), TEXT('Change'), TEXT('Id')], rows)];
}

function change(before: FindingEntry | null, after: FindingEntry | null): HTMLElement {
  if (before === null) return h('span', { class: 'status fail' }, 'new in B');
  if (after === null) return h('span', { class: 'status pass' }, 'gone in B');
  return h(
    'span',
    { class: 'quiet' },
    before.confidence === after.confidence ? 'in both' : 'in both, other confidence',
  );
}

function gatesTable(gates: readonly InBoth<Gate>[]): HTMLElement[] {
  if (gates.length === 0) return [];
  const rows = gates.map(({ before, after }): Cell[] => [(after ?? before)!.name, measured(before), measured(after)]);
  return [h('h2', {}, 'Gates'), grid('Gates by name', [TEXT('Gate'), TEXT('A'), TEXT('B')], rows)];
}

function measured(gate: Gate | null): HTMLElement | string {
  if (gate === null) return 'not asked for';
  const { measured: value, unit, limit, status } = gate;
  return h('span', {}, h('span', { class: `status ${status}` }, status), ` ${gateFigure(value, unit)}, limit ${limit}`);
}

function comparedChart(
  { title, unit, tSec, before, after }: ComparedSeries,
  a: RunEntry,
  b: RunEntry,
): Omit<TimeChart, 'time'> {
  return {
    title,
    unit,
    description: `${title} of ${a.id} (A) and of ${b.id} (B), from the start of each run`,
    tSec,
    bands: [],
    marks: [],
    span: [0, Math.max(1, tSec.at(-1) ?? 0)],
    lines: [
      { label: 'A', colour: '--series', value: before },
      { label: 'B', colour: '--series-2', value: after },
    ],
  };
}
