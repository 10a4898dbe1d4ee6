import type { FlameTimeline } from '../model/flame.ts';
import type { FlameWindows } from '../model/flame-windows.ts';
import type { PageChart, PageData, PageFlame, PageFlameWindows, PageLatency, PageMark } from '../model/page-data.ts';
import { printableLines } from '../model/printable.ts';
import type {
  LatencySeries,
  ReportDocument,
  ReportFlame,
  ReportSeries,
  TimelineEvent,
} from '../model/report-document.ts';
import { formatPlace } from '../words/place.ts';
import { describeSeries } from '../words/report/series.ts';
import { breakAtGaps, isBreak } from './break-at-gaps.ts';
import { downsample } from './downsample.ts';
import { flameFrames, isDiff, timeFrames } from './flame-frames.ts';

/** Kinds of events that are drawn into the charts; the others are in the table only. */
const MARKED: readonly TimelineEvent['kind'][] = ['capture', 'gap', 'restart', 'clock-jump', 'error'];

/** A chart of a page is some 550 pixels wide: smallest and largest value of each pixel. */
const CHART_POINTS = 1100;
/** Frames of one graph of a page. */
const FRAMES = 60_000;

/** What the script of a report page needs, out of the document. */
export function pageData(document: ReportDocument): PageData {
  const { charts, bands, marks } = pageCharts(document.series, document.timeline);
  return {
    charts,
    latency: document.latency
      .filter(({ points }) => points.length > 1)
      .map((series) => latency(series, document.timeline)),
    bands,
    marks,
    flames: [],
    windows: document.flames.map(pageWindows),
  };
}

/** Series as a page draws them, with the phases and marks of the run. */
export function pageCharts(
  series: readonly ReportSeries[],
  timeline: readonly TimelineEvent[],
): Pick<PageData, 'charts' | 'bands' | 'marks'> {
  return {
    charts: series.filter(({ points }) => points.length > 1).map((one) => chart(one, timeline)),
    bands: timeline
      .filter(({ kind }) => kind === 'phase')
      .map(({ label, tSec, endSec }) => ({ label, startSec: tSec, endSec })),
    marks: timeline.filter(({ kind }) => MARKED.includes(kind)).map(mark),
  };
}

/** JSON that is safe inside a script element: nothing in it can close the element or open a comment. */
export function scriptJson(data: PageData): string {
  return printableLines(JSON.stringify(data)).replace(
    /[<>&]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function chart(series: ReportSeries, timeline: readonly TimelineEvent[]): PageChart {
  const kept = breakAtGaps(downsample(series.points, CHART_POINTS), timeline);
  return {
    title: series.title,
    unit: series.unit,
    description: describeSeries(series),
    tSec: kept.map(({ tSec }) => round(tSec)),
    value: kept.map((point) => (isBreak(point) ? null : round(point.value))),
  };
}

function latency(series: LatencySeries, timeline: readonly TimelineEvent[]): PageLatency {
  const points = breakAtGaps(series.points, timeline);
  const column = (key: 'p50Ms' | 'p95Ms' | 'p99Ms'): (number | null)[] =>
    points.map((point) => (isBreak(point) ? null : round(point[key])));
  return {
    name: series.name,
    tSec: points.map(({ tSec }) => round(tSec)),
    p50Ms: column('p50Ms'),
    p95Ms: column('p95Ms'),
    p99Ms: column('p99Ms'),
  };
}

function mark({ label, kind, tSec, endSec }: TimelineEvent): PageMark {
  return { label, kind, startSec: round(tSec), endSec: round(endSec) };
}

export function pageFlame({ id, title, detail, root, unit }: ReportFlame): PageFlame {
  const { frames, dropped } = flameFrames(root, FRAMES);
  const names = new Index();
  const places = new Index();
  return {
    unit: unit ?? 'microseconds',
    id,
    title,
    detail,
    name: frames.map(({ node }) => names.of(node.name)),
    place: frames.map(({ node }) => places.of(node.place ? formatPlace(node.place) : '')),
    depth: frames.map(({ depth }) => depth),
    start: frames.map(({ start }) => Math.round(start)),
    value: frames.map(({ node }) => Math.round(node.value)),
    self: frames.map(({ node }) => Math.round(node.self)),
    before: isDiff(root) ? frames.map(({ node }) => (isDiff(node) ? Math.round(node.before) : 0)) : null,
    names: names.texts,
    places: places.texts,
    dropped,
    sample: null,
  };
}

/** The same recording in order of time. */
export function pageTimeline(
  timeline: FlameTimeline,
  { id, title, detail }: Pick<PageFlame, 'id' | 'title' | 'detail'>,
): PageFlame {
  const { calls, lengthUs, dropped } = timeFrames(timeline, FRAMES);
  const names = new Index();
  const places = new Index();
  const nameOf = timeline.frames.map(({ name }) => names.of(name));
  const placeOf = timeline.frames.map(({ place }) => places.of(place ? formatPlace(place) : ''));
  const [root, nowhere] = [names.of('recording'), places.of('')];
  const lengths = calls.map(({ startUs, endUs }) => endUs - startUs);
  return {
    unit: 'microseconds',
    id,
    title,
    detail,
    name: [root, ...calls.map(({ frame }) => nameOf[frame] ?? root)],
    place: [nowhere, ...calls.map(({ frame }) => placeOf[frame] ?? nowhere)],
    depth: [0, ...calls.map(({ depth }) => depth)],
    start: [0, ...calls.map(({ startUs }) => Math.round(startUs))],
    value: [Math.round(lengthUs), ...lengths.map(Math.round)],
    self: selfOf([lengthUs, ...lengths], [0, ...calls.map(({ depth }) => depth)]).map(Math.round),
    before: null,
    names: names.texts,
    places: places.texts,
    dropped,
    sample: null,
  };
}

/** Of frames in preorder: each value less those of its children. */
function selfOf(values: readonly number[], depths: readonly number[]): number[] {
  const self = [...values];
  const above: number[] = [];
  depths.forEach((depth, i) => {
    above[depth] = i;
    const parent = depth === 0 ? undefined : above[depth - 1];
    if (parent !== undefined) self[parent] = Math.max(0, (self[parent] ?? 0) - (values[i] ?? 0));
  });
  return self;
}

export function pageWindows({ id, unit, frames, frameOf, parentOf, windows }: FlameWindows): PageFlameWindows {
  const names = new Index();
  const places = new Index();
  return {
    id,
    unit,
    name: frames.map(({ name }) => names.of(name)),
    place: frames.map(({ place }) => places.of(place ? formatPlace(place) : '')),
    names: names.texts,
    places: places.texts,
    frameOf,
    parentOf,
    windows: windows.map((window) => ({ ...window, startSec: round(window.startSec), endSec: round(window.endSec) })),
  };
}

/** Gives every text a number, the same text the same number. */
class Index {
  readonly texts: string[] = [];
  readonly #numbers = new Map<string, number>();

  of(text: string): number {
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    this.#numbers.set(text, this.texts.length);
    return this.texts.push(text) - 1;
  }
}

/** Six digits are more than a chart can show, and a third of the bytes. */
function round(value: number): number {
  return Number(value.toPrecision(6));
}
