import type { PageData, PageLatency } from '../model/page-data.ts';
import { markColour } from './chart-overlay.ts';
import { csvButton } from './csv.ts';
import { h } from './h.ts';
import { onThemeChange } from './theme.ts';
import { type DrawnChart, seriesChart, type TimeChart, timeChart } from './time-chart.ts';
import type { TimeSelection } from './time-selection.ts';

const PERCENTILES = [
  ['p50', '--series', 'p50Ms'],
  ['p95', '--series-2', 'p95Ms'],
  ['p99', '--series-3', 'p99Ms'],
] as const;

/** Fills the two places for charts: the series of the run, and latency by request name. */
export function mountCharts(data: PageData, time: TimeSelection): void {
  const { bands, marks } = data;
  const span = spanOf(data);
  const series = data.charts.map((one) => ({ ...seriesChart(one, { bands, marks, span }), time }));
  const latency = data.latency.map((one) => ({ ...latencyChart(one), bands, marks, span, time }));
  mount('charts', series, marksLegend(data));
  mount('latency', latency, percentileLegend());
}

function mount(name: string, charts: readonly TimeChart[], legend: HTMLElement): void {
  const place = document.querySelector<HTMLElement>(`[data-mount="${name}"]`);
  if (!place || charts.length === 0) return;
  let drawn: readonly DrawnChart[] = [];
  const paint = (): void => {
    for (const chart of drawn) chart.close();
    drawn = charts.map(timeChart);
    place.replaceChildren(...drawn.map(({ element }) => element));
  };
  paint();
  place.before(legend);
  onThemeChange(paint);
}

function latencyChart(one: PageLatency): Omit<TimeChart, 'bands' | 'marks' | 'span' | 'time'> {
  const highest = Math.max(...one.p99Ms.map((ms) => ms ?? 0));
  return {
    title: one.name,
    unit: 'ms',
    description: `Latency of ${one.name} over the run: p99 at most ${Math.round(highest)} ms; percentiles stand in the table.`,
    tSec: one.tSec,
    lines: PERCENTILES.map(([label, colour, key]) => ({ label, colour, value: one[key] })),
  };
}

function spanOf({ charts, latency, bands }: PageData): readonly [number, number] {
  const ends = [...charts, ...latency].map(({ tSec }) => tSec.at(-1) ?? 0);
  return [0, Math.max(1, ...ends, ...bands.map(({ endSec }) => endSec))];
}

function marksLegend({ bands, marks, charts }: PageData): HTMLElement {
  const phases = bands.map(({ label }) => label).join(', ');
  const kinds = [...new Set(marks.map(({ kind }) => kind))];
  return h(
    'p',
    { class: 'legend' },
    bands.length > 0 ? h('span', {}, swatch('--band'), `shaded by phase: ${phases}`) : null,
    ...kinds.map((kind) => h('span', {}, swatch(markColour(kind)), kind)),
    h(
      'span',
      {},
      'Drag to select a time: all charts zoom to it, and the flame graphs show it. Double click, or Escape, shows the whole run.',
    ),
    csvButton(charts),
  );
}

function percentileLegend(): HTMLElement {
  return h('p', { class: 'legend' }, ...PERCENTILES.map(([label, colour]) => h('span', {}, swatch(colour), label)));
}

function swatch(colour: string): HTMLElement {
  const box = h('i');
  box.style.background = `var(${colour})`;
  if (colour === '--band') box.style.outline = '1px solid var(--line)';
  return box;
}
