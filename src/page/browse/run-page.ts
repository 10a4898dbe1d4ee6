import type { PageChart } from '../../model/page-data.ts';
import type { LiveEvent, RunDetails } from '../../model/run-pages.ts';
import { formatBytes, formatDuration } from '../../model/units.ts';
import { h } from '../h.ts';
import { seriesChart, type TimeChart } from '../time-chart.ts';
import { ask } from './api.ts';
import { chartStack } from './chart-stack.ts';
import { type Cell, gateFigure, grid, TEXT } from './grid.ts';
import { formatStart, result } from './runs-list.ts';
import { heading, link, prose, type View, type ViewContext } from './view.ts';

/** How often charts are redrawn: a curve of hours does not change faster. */
const REPAINT_MS = 2_000;

/** One run: what came out and why, its curves, its snapshots. The page of a run in progress updates itself. */
export async function runView(key: string, { signal }: ViewContext): Promise<View> {
  const run = await ask<RunDetails>(`run/${key}`, {}, signal);
  const { id, target, scenario, startWallMs, durationMs, plannedMs, charts } = run;
  const length = durationMs === null ? `planned ${formatDuration(plannedMs)}` : formatDuration(durationMs);
  const live = h('p', { class: 'facts', role: 'status' });
  const shown = [...charts];
  const curves = chartStack(() => shown.map((chart) => asTimeChart(chart, run, shown)));
  const stop = run.state === 'recording' ? follow(key, run, shown, live, curves.paint) : undefined;
  return {
    title: id,
    nodes: [
      heading(id, target, ...(scenario === null ? [] : [scenario]), formatStart(startWallMs), length),
      h(
        'p',
        { class: 'pager' },
        result(run),
        ...reportLink(run),
        ...run.heaps.slice(-1).map((heap) => link('Explore the last snapshot', ['heap', heap.id, 'classes'])),
      ),
      ...(run.state === 'recording' ? [live] : []),
      ...(run.state === 'not-reported'
        ? [h('p', {}, 'No report yet. Write it: ', h('code', {}, `profiler report profiles/${id}`))]
        : []),
      ...findings(run),
      ...gates(run),
      h('h2', {}, 'Curves'),
      curves.element,
      ...snapshots(run),
    ],
    leave: () => {
      stop?.();
      curves.close();
    },
  };
}

function reportLink({ key, hasPage }: RunDetails): HTMLElement[] {
  return hasPage ? [h('a', { href: `/report/${key}` }, 'Open the report')] : [];
}

function findings({ found, state }: RunDetails): HTMLElement[] {
  if (state !== 'reported') return [];
  if (found.length === 0) return [h('h2', {}, 'Findings'), h('p', {}, 'Nothing was found.')];
  const rows = found.map(({ title, kind, confidence, place, id }): Cell[] => [
    h('span', {}, ...prose(title)),
    kind,
    confidence,
    place ?? '',
    id,
  ]);
  const columns = [TEXT('Finding'), TEXT('Kind'), TEXT('Confidence'), TEXT('Place'), TEXT('Id')];
  return [h('h2', {}, 'Findings'), grid('Findings, most important first', columns, rows)];
}

function gates({ gates: all }: RunDetails): HTMLElement[] {
  if (all.length === 0) return [];
  const rows = all.map(({ name, limit, measured, unit, status }): Cell[] => [
    name,
    limit,
    gateFigure(measured, unit),
    h('span', { class: `status ${status}` }, status),
  ]);
  return [h('h2', {}, 'Gates'), grid('Gates', [TEXT('Gate'), TEXT('Limit'), TEXT('Measured'), TEXT('Result')], rows)];
}

function snapshots({ heaps }: RunDetails): HTMLElement[] {
  if (heaps.length === 0) return [];
  const rows = heaps.map(({ id, name, fileBytes, earlier }): Cell[] => [
    link(name, ['heap', id, 'classes']),
    formatBytes(fileBytes),
    earlier.length > 0 ? link('what grew', ['heap', id, 'suspects']) : '',
  ]);
  return [
    h('h2', {}, 'Heap snapshots'),
    grid('Snapshots, oldest first', [TEXT('Snapshot'), TEXT('File'), TEXT('Suspects')], rows),
  ];
}

function asTimeChart(
  chart: PageChart,
  { bands, marks }: RunDetails,
  all: readonly PageChart[],
): Omit<TimeChart, 'time'> {
  const end = Math.max(1, ...all.map((one) => one.tSec.at(-1) ?? 0));
  return seriesChart(chart, { bands, marks, span: [0, end] });
}

/** Adds what is recorded to the curves; returns how to stop. */
function follow(key: string, run: RunDetails, shown: PageChart[], status: HTMLElement, paint: () => void): () => void {
  const seenSec = Math.max(0, ...shown.map(({ tSec }) => tSec.at(-1) ?? 0));
  const source = new EventSource(`/api/run/${key}/live?after=${seenSec}`);
  let phase = run.bands.at(-1)?.label ?? 'starting';
  let isStale = false;
  const timer = setInterval(() => {
    if (isStale) paint();
    isStale = false;
  }, REPAINT_MS);
  const tell = (words: string): void => {
    status.textContent = words;
  };
  source.addEventListener('message', ({ data }) => {
    const event = JSON.parse(data as string) as LiveEvent;
    if (event.type === 'phase') phase = event.phase;
    if (event.type === 'ended') {
      tell('The run has ended. Its report is written now; open this page again for the verdict.');
      source.close();
    }
    if (event.type !== 'samples') return;
    for (const series of event.series) {
      const at = shown.findIndex(({ title }) => title === series.title);
      const chart = shown[at];
      if (chart)
        shown[at] = { ...chart, tSec: [...chart.tSec, ...series.tSec], value: [...chart.value, ...series.value] };
      // Nothing was measured of it yet when the page was opened.
      else shown.push({ ...series, description: `${series.title} since the page was opened.` });
    }
    isStale = true;
    const nowSec = Math.max(0, ...event.series.map(({ tSec }) => tSec.at(-1) ?? 0));
    tell(`Recording: ${phase}, ${formatDuration(Math.round(nowSec) * 1000)} of ${formatDuration(run.plannedMs)}`);
  });
  // The browser reconnects automatically, and would receive everything again.
  source.addEventListener('error', () => {
    tell('The connection to profiler ui was lost. Reload the page to go on.');
    source.close();
  });
  return () => {
    clearInterval(timer);
    source.close();
  };
}
