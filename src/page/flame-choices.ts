import type { PageFlame, PageFlameWindows } from '../model/page-data.ts';
import { formatCount, formatDuration } from '../model/units.ts';
import { FlameTree } from './flame-tree.ts';

/** A part of the run, in seconds from its start. */
export interface TimeRange {
  readonly startSec: number;
  readonly endSec: number;
}

/** Something to draw: the sum of windows, or what changed from some to others. Indexes of the windows. */
export interface Choice {
  readonly id: 'all' | 'first' | 'last' | 'change' | 'time' | 'time-change' | 'one';
  readonly label: string;
  readonly windows: readonly number[];
  /** Null for no difference. */
  readonly before: readonly number[] | null;
}

type Window = PageFlameWindows['windows'][number];

/** What can be drawn of the windows; the choices of the selected time come first. Empty if there is no window at all. */
export function choicesOf(set: PageFlameWindows, selected: TimeRange | null): readonly Choice[] {
  const choices = set.id === 'cpu' ? cpuChoices(set.windows) : readingChoices(set.windows);
  const ofTime =
    selected === null
      ? []
      : set.id === 'cpu'
        ? timeOfCpu(set.windows, selected)
        : timeOfReadings(set.windows, selected);
  return [...ofTime, ...choices];
}

/** One window, as it is in the list of all. */
export function oneWindow(set: PageFlameWindows, index: number): Choice {
  return { id: 'one', label: windowLabel(set, index), windows: [index], before: null };
}

export function windowLabel({ windows, id }: PageFlameWindows, index: number): string {
  const window = windows[index];
  if (!window) return '';
  const at = formatDuration(1000 * window.startSec);
  const when = id === 'cpu' ? `${at} to ${formatDuration(1000 * window.endSec)}` : `at ${at}`;
  return `${when}, ${requestsIn(window)}`;
}

function cpuChoices(windows: readonly Window[]): readonly Choice[] {
  const last = windows.length - 1;
  if (last < 0) return [];
  if (last === 0) return [{ id: 'last', label: 'CPU under load', windows: [0], before: null }];
  return [
    { id: 'last', label: 'Last window', windows: [last], before: null },
    { id: 'first', label: 'First window', windows: [0], before: null },
    { id: 'all', label: `All ${windows.length} windows`, windows: [...windows.keys()], before: null },
    { id: 'change', label: 'Change from first to last', windows: [last], before: [0] },
  ];
}

function readingChoices(windows: readonly Window[]): readonly Choice[] {
  const last = windows.length - 1;
  if (last < 0) return [];
  const alive: Choice = { id: 'last', label: 'Alive at the last reading', windows: [last], before: null };
  if (last === 0) return [alive];
  return [{ id: 'change', label: 'Growth from first to last reading', windows: [last], before: [0] }, alive];
}

function timeOfCpu(windows: readonly Window[], { startSec, endSec }: TimeRange): readonly Choice[] {
  const inside = [...windows.keys()].filter((i) => {
    const middle = ((windows[i]?.startSec ?? 0) + (windows[i]?.endSec ?? 0)) / 2;
    return middle >= startSec && middle <= endSec;
  });
  const others = [...windows.keys()].filter((i) => !inside.includes(i));
  if (inside.length === 0) return [];
  const label = 'Selected time';
  const time: Choice = { id: 'time', label, windows: inside, before: null };
  return others.length === 0
    ? [time]
    : [time, { id: 'time-change', label: 'Selected time against the rest', windows: inside, before: others }];
}

/** From the last reading before the time to the last in it. */
function timeOfReadings(windows: readonly Window[], { startSec, endSec }: TimeRange): readonly Choice[] {
  const until = windows.findLastIndex((window) => window.startSec <= endSec);
  const from = Math.max(
    0,
    windows.findLastIndex((window) => window.startSec <= startSec),
  );
  if (until <= from) return [];
  return [{ id: 'time', label: 'Growth in the selected time', windows: [until], before: [from] }];
}

/** The graph of a choice. A difference of CPU is per request where all its windows know theirs, else per second of CPU. */
export function drawChoice(set: PageFlameWindows, choice: Choice): PageFlame {
  const after = sumOf(set, choice.windows);
  const before = choice.before && sumOf(set, choice.before);
  const base = before && baseOf(set, after, before);
  const values = totals(set, after.self, base?.after ?? 1);
  const was = before && totals(set, before.self, base?.before ?? 1);
  const tree = new FlameTree(...functionOf(set, 0));
  const placed = [0];
  tree.weigh(0, values[0] ?? 0, was?.[0] ?? 0);
  for (let node = 1; node < set.parentOf.length; node++) {
    const [value, old] = [values[node] ?? 0, was?.[node] ?? 0];
    if (value <= 0 && old <= 0) continue;
    placed[node] = tree.add(placed[set.parentOf[node] ?? 0] ?? 0, ...functionOf(set, node), value, old);
  }
  return tree.layOut({
    id: choice.id,
    unit: set.unit,
    title: choice.label,
    detail: detailOf(set, choice, base?.per ?? null),
    names: set.names,
    places: set.places,
    sample: before && base && { before: sampleOf(before) * base.before, after: sampleOf(after) * base.after },
    isDifference: before !== null,
  });
}

interface Sum {
  readonly self: Float64Array;
  readonly whole: number;
  readonly samples: number;
  readonly requests: number | null;
}

function sumOf({ windows, parentOf }: PageFlameWindows, chosen: readonly number[]): Sum {
  const self = new Float64Array(parentOf.length);
  let samples = 0;
  let requests: number | null = 0;
  for (const index of chosen) {
    const window = windows[index];
    if (!window) continue;
    window.nodes.forEach((node, i) => {
      self[node] = (self[node] ?? 0) + (window.self[i] ?? 0);
    });
    samples += window.samples;
    requests = requests === null || window.requests === null ? null : requests + window.requests;
  }
  return { self, samples, requests, whole: self.reduce((sum, own) => sum + own, 0) };
}

function baseOf(
  { unit }: PageFlameWindows,
  after: Sum,
  before: Sum,
): { readonly per: string | null; readonly before: number; readonly after: number } {
  if (unit === 'bytes') return { per: null, before: 1, after: 1 };
  if (before.requests && after.requests)
    return { per: 'request', before: 1 / before.requests, after: 1 / after.requests };
  return { per: 'second of CPU', before: 1e6 / (before.whole || 1e6), after: 1e6 / (after.whole || 1e6) };
}

/** What one sample represents. */
function sampleOf({ whole, samples }: Sum): number {
  return whole / Math.max(1, samples);
}

function totals({ parentOf }: PageFlameWindows, self: Float64Array, factor: number): Float64Array {
  const sums = self.map((own) => own * factor);
  for (let node = sums.length - 1; node > 0; node--) {
    const parent = parentOf[node] ?? 0;
    sums[parent] = (sums[parent] ?? 0) + (sums[node] ?? 0);
  }
  return sums;
}

function functionOf({ name, place, frameOf }: PageFlameWindows, node: number): [name: number, place: number] {
  const frame = frameOf[node] ?? 0;
  return [name[frame] ?? 0, place[frame] ?? 0];
}

function detailOf(set: PageFlameWindows, { windows, before }: Choice, per: string | null): string {
  const after = spanWords(set, windows);
  if (before === null) return after;
  return `${per === null ? '' : `per ${per}: `}${after}, against ${spanWords(set, before)}`;
}

/** `10 m 00 s to 12 m 30 s, 3 windows, 1,220 requests, 498 samples`. */
function spanWords(set: PageFlameWindows, chosen: readonly number[]): string {
  const windows = chosen.flatMap((index) => set.windows[index] ?? []);
  const [first, last] = [windows[0], windows.at(-1)];
  if (!first || !last) return '';
  const { samples, requests } = sumOf(set, chosen);
  const from = formatDuration(1000 * first.startSec);
  const when = set.id === 'cpu' ? `${from} to ${formatDuration(1000 * last.endSec)}` : `at ${from}`;
  return [
    when,
    ...(windows.length > 1 ? [`${windows.length} windows`] : []),
    requestsIn({ requests }),
    `${formatCount(samples)} samples`,
  ].join(', ');
}

function requestsIn({ requests }: Pick<Window, 'requests'>): string {
  return requests === null ? 'requests unknown' : `${formatCount(requests)} requests`;
}
