import uPlot from 'uplot';
import type { PageBand, PageChart, PageMark } from '../model/page-data.ts';
import { formatAxis, formatTime } from './axis-format.ts';
import { overlayPlugin } from './chart-overlay.ts';
import { h } from './h.ts';
import { themeColour } from './theme.ts';
import type { TimeSelection } from './time-selection.ts';

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
  /** Told of the time that the reader draws a frame around. */
  readonly time: TimeSelection;
}

/** One series of the run over the time that all charts share. */
export function seriesChart(
  { title, unit, description, tSec, value }: PageChart,
  axis: Pick<TimeChart, 'bands' | 'marks' | 'span'>,
): Omit<TimeChart, 'time'> {
  return { title, unit, description, tSec, ...axis, lines: [{ label: title, colour: '--series', value }] };
}

/** What of a chart changes while it is looked at. */
export type ChartFigures = Pick<TimeChart, 'tSec' | 'lines' | 'span'>;

const HEIGHT = 150;
/** An arrow key moves by this share of what is shown. */
const KEY_STEP = 0.01;
/** Charts of one page move their cursors together, and zoom together. */
const SYNC = 'run';

export interface DrawnChart {
  readonly element: HTMLElement;
  /** The same chart with other figures, such as those of a run that goes on: who reads it by keyboard stays where he is. */
  show(chart: ChartFigures): void;
  /** For one that is taken out of the page: until then the page, and all charts that zoom together, hold it. */
  close(): void;
}

/** Draws a chart into a figure. The canvas is a picture with a description; the figures stand in the table. */
export function timeChart(first: TimeChart): DrawnChart {
  let chart = first;
  const value = h('span', { class: 'value', role: 'status' });
  const canvas = h('div', {
    role: 'application',
    tabindex: 0,
    'aria-label': `${chart.description} Arrow keys read values, Enter starts and ends a selection of time, Escape ends it.`,
  });
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
    else plot = draw(() => chart, canvas, width, value);
  });
  resize.observe(canvas);
  return {
    element: figure,
    show: (figures) => {
      chart = { ...chart, ...figures };
      plot?.setData(columnsOf(chart));
    },
    close: () => {
      resize.disconnect();
      plot?.destroy();
    },
  };
}

function columnsOf({ tSec, lines }: TimeChart): uPlot.AlignedData {
  return [[...tSec], ...lines.map((line) => [...line.value])] as uPlot.AlignedData;
}

/** `now` gives the chart as it is by then. */
function draw(now: () => TimeChart, place: HTMLElement, width: number, value: HTMLElement): uPlot {
  const { time } = now();
  const plot = new uPlot(options(now, width, value), columnsOf(now()), place);
  place.dataset.drawn = 'true';
  place.addEventListener('keydown', keyHandler(plot, time));
  plot.over.addEventListener('dblclick', () => time.select(null));
  time.onChange(() => plot.setScale('x', { min: now().span[0], max: now().span[1] }));
  return plot;
}

/** Reading and selecting by keyboard: the cursor moves, Enter marks where a selection starts and where it ends. */
function keyHandler(plot: uPlot, time: TimeSelection): (event: KeyboardEvent) => void {
  let from: number | null = null;
  return (event) => {
    const width = plot.over.clientWidth;
    const left = plot.cursor.left !== undefined && plot.cursor.left >= 0 ? plot.cursor.left : 0;
    const step = event.key === 'ArrowLeft' ? -KEY_STEP : event.key === 'ArrowRight' ? KEY_STEP : null;
    if (step !== null) plot.setCursor({ left: Math.min(width, Math.max(0, left + step * width)), top: 1 });
    else if (event.key === 'Escape') {
      from = null;
      time.select(null);
    } else if (event.key === 'Enter') {
      const at = plot.posToVal(left, 'x');
      if (from === null) from = at;
      else {
        if (at !== from) time.select({ startSec: Math.min(from, at), endSec: Math.max(from, at) });
        from = null;
      }
    } else return;
    event.preventDefault();
  };
}

function options(now: () => TimeChart, width: number, value: HTMLElement): uPlot.Options {
  const chart = now();
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
    cursor: { sync: { key: SYNC }, points: { size: 6 }, drag: { x: true, y: false, setScale: false } },
    scales: { x: { time: false, range: shownRange(now) }, y: { range: rangeFromZero } },
    axes: [
      { ...axis, size: 26, space: 70, values: (_, ticks) => ticks.map(formatTime) },
      { ...axis, size: 62, space: 34, values: (_, ticks) => ticks.map((tick) => formatAxis(tick, chart.unit)) },
    ],
    series: [{}, ...chart.lines.map((line) => series(line.label, line.colour, chart.lines.length === 1))],
    plugins: [overlayPlugin(chart.bands, chart.marks)],
    hooks: {
      setCursor: [(plot) => showValues(plot, now(), value)],
      setSelect: [(plot) => tellTime(plot, chart.time)],
    },
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

/** The time that is selected, else the whole run: never the extent of the own data, which differs from chart to chart. */
function shownRange(now: () => TimeChart): uPlot.Range.Function {
  return () => {
    const { span, time } = now();
    return time.range ? [time.range.startSec, time.range.endSec] : [...span];
  };
}

/** From zero where zero is near enough to keep the shape readable: an axis that starts at 98 makes 2 look like a lot. */
function rangeFromZero(_: uPlot, min: number | null, max: number | null): [number, number] {
  if (min === null || max === null) return [0, 1];
  if (min === max) return min === 0 ? [0, 1] : [Math.min(0, min * 1.1), Math.max(0, max * 1.1)];
  const room = (max - min) * 0.1;
  return [min < 0 ? min - room : min < 0.75 * max ? 0 : min - room, max + room];
}

/**
 * Takes the frame away again: what it held is what all charts show now. The frame is drawn in all charts, which zoom one after the
 * other: only the one under the pointer knows what it meant.
 */
function tellTime(plot: uPlot, time: TimeSelection): void {
  const { left, width } = plot.select;
  if (width <= 0 || !plot.over.matches(':hover')) return;
  const [startSec, endSec] = [plot.posToVal(left, 'x'), plot.posToVal(left + width, 'x')];
  plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
  time.select({ startSec, endSec });
}

/** The nearest value, and the time of the cursor: one time for all charts, though they were not sampled at the same moments. */
function showValues(plot: uPlot, chart: TimeChart, place: HTMLElement): void {
  const { idx: at, left = -1 } = plot.cursor;
  if (at === null || at === undefined || left < 0) {
    place.textContent = '';
    return;
  }
  const tSec = plot.posToVal(left, 'x');
  const shown = chart.lines.map(({ label, value }) => {
    const measured = value[at];
    const text = typeof measured === 'number' ? formatAxis(measured, chart.unit) : 'no data';
    return chart.lines.length === 1 ? text : `${label} ${text}`;
  });
  place.textContent = `${shown.join(', ')} at ${formatTime(tSec)}`;
}
