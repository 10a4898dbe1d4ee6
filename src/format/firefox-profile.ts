import type { FlameNode, FlameTimeline } from '../model/flame.ts';
import type { WallMs } from '../model/units.ts';

export interface FirefoxSource {
  readonly timeline: FlameTimeline;
  readonly title: string;
  /** When the recording began; null if unknown. */
  readonly startWallMs: WallMs | null;
  /** From one sample to the next. */
  readonly intervalMs: number;
}

/** The last version of the format whose tables are described with it; the Firefox Profiler brings older ones up to date. */
const FORMAT_VERSION = 48;
const GECKO_VERSION = 30;

const CATEGORIES = [
  { name: 'Other', color: 'grey', subcategories: ['Other'] },
  { name: 'Application', color: 'orange', subcategories: ['Other'] },
  { name: 'Packages', color: 'blue', subcategories: ['Other'] },
  { name: 'Node.js', color: 'green', subcategories: ['Other'] },
  { name: 'Garbage collection', color: 'purple', subcategories: ['Other'] },
] as const;

/**
 * A timeline in the processed format of the Firefox Profiler (https://profiler.firefox.com): one thread, samples in order
 * with the time that each of them stands for as its weight. Idle time has none. In pieces, since the text may be long.
 */
export function* formatFirefoxProfile(
  { timeline, title, startWallMs, intervalMs }: FirefoxSource,
  product: string,
): Generator<string> {
  const strings = new Strings();
  const { frames, frameOf, parentOf, samples } = timeline;
  const funcTable = columnsOf(frames.map((frame) => functionRow(frame, strings)));
  const category = frames.map(categoryOf);
  const frameTable = columnsOf(frames.map((frame, index) => frameRow(frame, index, category[index] ?? 0)));
  // A stack is a node of the tree; what hangs on the root has no prefix, as the root is no frame of its own.
  const stackTable = {
    length: parentOf.length,
    frame: frameOf,
    prefix: parentOf.map((parent) => (parent > 0 ? parent : null)),
    category: frameOf.map((frame) => category[frame] ?? 0),
    subcategory: frameOf.map(() => 0),
  };
  const head = {
    meta: meta({ startWallMs, intervalMs }, product),
    libs: [],
    pages: [],
    counters: [],
    profilerOverhead: [],
  };
  yield `${JSON.stringify(head).slice(0, -1)},"threads":[{`;
  const thread = { ...THREAD, name: title, processName: title, markers: NO_MARKERS, stackTable, frameTable, funcTable };
  yield `${JSON.stringify(thread).slice(1, -1)},`;
  const tables = { resourceTable: NO_RESOURCES, nativeSymbols: NO_SYMBOLS, stringArray: strings.list };
  yield `${JSON.stringify(tables).slice(1, -1)},"samples":{"length":${samples.nodes.length},"weightType":"tracing-ms",`;
  yield* column('stack', samples.nodes, String);
  yield* column('time', samples.startsUs, inMs);
  yield* column(
    'weight',
    samples.nodes,
    (_, index) => inMs((samples.endsUs[index] ?? 0) - (samples.startsUs[index] ?? 0)),
    '',
  );
  yield '}}]}\n';
}

const THREAD = {
  processType: 'default',
  processStartupTime: 0,
  processShutdownTime: null,
  registerTime: 0,
  unregisterTime: null,
  pausedRanges: [],
  isMainThread: true,
  pid: '0',
  tid: 0,
} as const;
const NO_MARKERS = { length: 0, data: [], name: [], startTime: [], endTime: [], phase: [], category: [] } as const;
const NO_RESOURCES = { length: 0, lib: [], name: [], host: [], type: [] } as const;
const NO_SYMBOLS = { length: 0, libIndex: [], address: [], name: [], functionSize: [] } as const;
const NO_EXTENSIONS = { length: 0, id: [], name: [], baseURL: [] } as const;

function meta({ startWallMs, intervalMs }: Pick<FirefoxSource, 'startWallMs' | 'intervalMs'>, product: string): object {
  return {
    interval: intervalMs,
    startTime: startWallMs ?? 0,
    processType: 0,
    product,
    stackwalk: 0,
    version: GECKO_VERSION,
    preprocessedProfileVersion: FORMAT_VERSION,
    symbolicated: true,
    categories: CATEGORIES,
    markerSchema: [],
    extensions: NO_EXTENSIONS,
  };
}

type Frame = Pick<FlameNode, 'name' | 'place'>;

function functionRow({ name, place }: Frame, strings: Strings): Record<string, unknown> {
  return {
    name: strings.indexOf(name),
    isJS: place !== null,
    relevantForJS: false,
    resource: -1,
    fileName: place === null ? null : strings.indexOf(place.file),
    lineNumber: place?.line || null,
    columnNumber: place?.column || null,
  };
}

function frameRow({ place }: Frame, func: number, category: number): Record<string, unknown> {
  return {
    address: -1,
    inlineDepth: 0,
    category,
    subcategory: 0,
    func,
    nativeSymbol: null,
    innerWindowID: 0,
    implementation: null,
    line: place?.line || null,
    column: place?.column || null,
  };
}

function categoryOf({ name, place }: Frame): number {
  if (place === null) return name === '(garbage collector)' ? 4 : 0;
  if (place.file.startsWith('node:')) return 3;
  return place.package === null ? 1 : 2;
}

/** A table as the format has it: a list for each column. */
function columnsOf(rows: readonly Record<string, unknown>[]): Record<string, unknown> {
  const names = Object.keys(rows[0] ?? {});
  return { length: rows.length, ...Object.fromEntries(names.map((name) => [name, rows.map((row) => row[name])])) };
}

const PIECE = 10_000;

function* column(
  name: string,
  values: readonly number[],
  show: (value: number, index: number) => string,
  after = ',',
): Generator<string> {
  yield `"${name}":[`;
  for (let from = 0; from < values.length; from += PIECE) {
    const piece = values.slice(from, from + PIECE).map((value, offset) => show(value, from + offset));
    yield `${from > 0 ? ',' : ''}${piece.join(',')}`;
  }
  yield `]${after}`;
}

function inMs(us: number): string {
  return String(Math.round(us) / 1000);
}

class Strings {
  readonly list: string[] = [];
  readonly #indexes = new Map<string, number>();

  indexOf(text: string): number {
    const known = this.#indexes.get(text);
    if (known !== undefined) return known;
    this.#indexes.set(text, this.list.length);
    return this.list.push(text) - 1;
  }
}
