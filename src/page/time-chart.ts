import uPlot from 'uplot';
import type { PageBand, PageMark } from '../model/page-data.ts';
import { formatAxis, formatTime } from './axis-format.ts';
import { overlayPlugin } from './chart-overlay.ts';
import { h } from './h.ts';
import { themeColour } from './theme.ts';

export interface TimeChart {
  readonly title: string;
  readonly unit: string;
  readonly description: string;
  readonly tSec: readonly number[];
  readonly lines: readonly {
    readonly label: string;
    readonly colour: string;
    readonly value: readonly (number | null)[];
  }[];
  readonly bands: readonly PageBand[];
  readonly marks: readonly PageMark[];
  /** Start and end of the run: all charts share one time axis. */
  readonly span: readonly [number, number];
}

const HEIGHT = 150;
/** Charts of one page move their cursors together, and zoom together. */
const SYNC = 'run';

/** Draws a chart into a figure. The canvas is a picture with a description; the figures stand in the table. */
export function timeChart(chart: TimeChart): HTMLElement {
  const value = h('span', { class: 'value' });
  const canvas = h('div', { role: 'img', 'aria-label': chart.description });
  const figure = h(
    'figure',
    { class: 'chart' },
    h('div', { class: 'head' }, h('span', {}, chart.title), value),
    canvas,
  );
  let plot: uPlot | null = null;
  const resize = new ResizeObserver(() => {
    const width = canvas.clientWidth;
    if (width === 0) return;
    if (plot) plot.setSize({ width, height: HEIGHT });
    else plot = draw(chart, canvas, width, value);
  });
  resize.observe(canvas);
  return figure;
}

function draw(chart: TimeChart, place: HTMLElement, width: number, value: HTMLElement): uPlot {
  const columns = [[...chart.tSec], ...chart.lines.map((line) => [...line.value])];
  const plot = new uPlot(options(chart, width, value), columns as uPlot.AlignedData, place);
  place.dataset.drawn = 'true';
  return plot;
}

function options(chart: TimeChart, width: number, value: HTMLElement): uPlot.Options {
  const quiet = themeColour('--quiet');
  const axis = {
    stroke: quiet,
    font: '11px system-ui, sans-serif',
    grid: { stroke: themeColour('--line'), width: 1 },
    ticks: { show: false },
  };
  return {
    width,
    height: HEIGHT,
    padding: [8, 18, 0, 0],
    legend: { show: false },
    cursor: { sync: { key: SYNC }, points: { size: 6 }, drag: { x: true, y: false } },
    scales: { x: { time: false, range: zoomRange(chart.span) }, y: { range: rangeFromZero } },
    axes: [
      { ...axis, size: 26, space: 70, values: (_, ticks) => ticks.map(formatTime) },
      { ...axis, size: 62, space: 34, values: (_, ticks) => ticks.map((tick) => formatAxis(tick, chart.unit)) },
    ],
    series: [{}, ...chart.lines.map((line) => series(line.label, line.colour, chart.lines.length === 1))],
    plugins: [overlayPlugin(chart.bands, chart.marks)],
    hooks: { setCursor: [(plot) => showValues(plot, chart, value)] },
  };
}

function series(label: string, colour: string, filled: boolean): uPlot.Series {
  const stroke = themeColour(colour);
  return {
    label,
    stroke,
    width: 1.5,
    points: { show: false },
    ...(filled ? { fill: themeColour('--series-fill') } : {}),
  };
}

/** The span of the whole run at first, what the reader has drawn a frame around afterwards. */
function zoomRange([start, end]: readonly [number, number]): uPlot.Range.Function {
  return (_, min, max) => (min === null || max === null || min === max ? [start, end] : [min, max]);
}

/** From zero where zero is near enough to keep the shape readable: an axis that starts at 98 makes 2 look like a lot. */
function rangeFromZero(_: uPlot, min: number | null, max: number | null): [number, number] {
  if (min === null || max === null) return [0, 1];
  if (min === max) return min === 0 ? [0, 1] : [Math.min(0, min * 1.1), Math.max(0, max * 1.1)];
  const room = (max - min) * 0.1;
  return [min < 0 ? min - room : min < 0.75 * max ? 0 : min - room, max + room];
}

function showValues(plot: uPlot, chart: TimeChart, place: HTMLElement): void {
  const at = plot.cursor.idx;
  const tSec = at === null || at === undefined ? undefined : plot.data[0][at];
  if (at === null || at === undefined || tSec === undefined) {
    place.textContent = '';
    return;
  }
  const shown = chart.lines.map(({ label, value }) => {
    const measured = value[at];
    const text = typeof measured === 'number' ? formatAxis(measured, chart.unit) : 'no data';
    return chart.lines.length === 1 ? text : `${label} ${text}`;
  });
  place.textContent = `${shown.join(', ')} at ${formatTime(tSec)}`;
}
