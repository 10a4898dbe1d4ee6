import { build, encodeIntoCompressedBase64, type Histogram } from 'hdr-histogram-js';
import type { ResultSummary } from '../format/results/load-result.ts';
import type { Microseconds, Milliseconds, WallMs } from '../model/units.ts';
import { spreadQuantiles } from '../stats/spread-quantiles.ts';

/** As the load engine keeps them: ten minutes at most, longer answers are recorded as that long. */
const MAX_LATENCY_US = 600_000_000;
const FIRST_WIDTH_MS = 1000;
const MOST_LINES = 10_000;
/** How many latencies are distinguished, over all lines: about 60 bytes each. */
const MOST_VALUES = 1_000_000;
const MOST_NAMES = 200;
const MOST_ERROR_KINDS = 40;
const OTHER_NAME = '(other requests)';
const OTHER_ERROR = 'other';
/** No load pauses for this long. */
const LONGEST_PAUSE_MS = 60 * 24 * 3_600_000;
const DROPPED_NAME = 'dropped arrivals';

/** What happened in one interval under one request name. */
export interface BookLine {
  /** The interval begins at `index` times the width. */
  readonly index: number;
  readonly name: string;
  /** End of the longest stretch in it that is known only as a whole; 0 if there is none. */
  readonly untilMs: WallMs;
  readonly count: number;
  readonly errors: number;
  readonly dropped: number;
  readonly errorKinds: ReadonlyMap<string, number>;
  /** HdrHistogram, microseconds, compressed base64; empty if nothing was answered. */
  readonly encoded: string;
  /** The same of requests that failed, where each request is known. */
  readonly failed: string;
}

interface Cell {
  index: number;
  readonly name: string;
  /** When the first request in it began and the last one ended. */
  firstMs: WallMs;
  lastMs: WallMs;
  untilMs: WallMs;
  count: number;
  errors: number;
  dropped: number;
  readonly errorKinds: Map<string, number>;
  /** How often each latency came, to three digits. */
  readonly latencies: Map<Microseconds, number>;
  readonly failedLatencies: Map<Microseconds, number>;
}

/**
 * Requests of hours in bounded memory, in whatever order they come: how often each latency came, by interval and request
 * name. The interval begins at a second and doubles whenever there would be too many lines or latencies. Names beyond
 * 200 are taken together.
 */
export class IntervalBook {
  readonly #cells = new Map<string, Cell>();
  readonly #names = new Set<string>();
  #widthMs = FIRST_WIDTH_MS;
  #values = 0;
  #lostNames = false;

  get widthMs(): Milliseconds {
    return this.#widthMs;
  }

  /** When the first request began and the last one ended. */
  get spanMs(): { readonly firstMs: WallMs; readonly lastMs: WallMs } {
    let [firstMs, lastMs] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (const cell of this.#cells.values()) {
      firstMs = Math.min(firstMs, cell.firstMs);
      lastMs = Math.max(lastMs, cell.lastMs);
    }
    return { firstMs, lastMs };
  }

  /** There were more names than are kept apart. */
  get hasLostNames(): boolean {
    return this.#lostNames;
  }

  add(endWallMs: WallMs, name: string, durationMs: Milliseconds, error: string | null): void {
    const cell = this.#cellAt(endWallMs, name);
    if (endWallMs - durationMs < cell.firstMs) cell.firstMs = endWallMs - durationMs;
    if (endWallMs > cell.lastMs) cell.lastMs = endWallMs;
    cell.count += 1;
    if (error !== null) countError(cell, error, 1);
    this.#record(error === null ? cell.latencies : cell.failedLatencies, durationMs, 1);
  }

  drop(wallMs: WallMs, count: number): void {
    this.#cellAt(wallMs, DROPPED_NAME).dropped += count;
  }

  /** A stretch of which only percentiles are known. It is one line, as long as it lasted. */
  addSummary({ name, durationMs, count, errors, errorKinds, quantiles }: ResultSummary, startWallMs: WallMs): void {
    const cell = this.#cellAt(startWallMs, name);
    cell.firstMs = Math.min(cell.firstMs, startWallMs);
    cell.lastMs = Math.max(cell.lastMs, startWallMs + durationMs);
    cell.count += count;
    cell.untilMs = Math.max(cell.untilMs, startWallMs + durationMs);
    let untold = errors;
    for (const [kind, times] of Object.entries(errorKinds)) {
      const told = Math.min(times, untold);
      if (told > 0) countError(cell, kind, told);
      untold -= told;
    }
    if (untold > 0) countError(cell, 'failed', untold);
    for (const [latencyMs, times] of spreadQuantiles(quantiles, count)) this.#record(cell.latencies, latencyMs, times);
  }

  /**
   * Removes what lies months away from most of the requests: a row with the wrong date. Tells how many requests that were.
   */
  removeStrays(): number {
    const cells = [...this.#cells.entries()].sort(([, a], [, b]) => a.index - b.index);
    const groups: { readonly keys: string[]; count: number }[] = [];
    let before = Number.NEGATIVE_INFINITY;
    for (const [key, { index, lastMs, count }] of cells) {
      const startMs = index * this.#widthMs;
      const group = startMs - before > LONGEST_PAUSE_MS ? undefined : groups.at(-1);
      if (group) group.keys.push(key);
      else groups.push({ keys: [key], count: 0 });
      const own = groups.at(-1);
      if (own) own.count += count;
      before = Math.max(before, startMs + this.#widthMs, lastMs);
    }
    const most = groups.reduce((largest, { count }) => Math.max(largest, count), 0);
    const main = groups.find(({ count }) => count === most);
    const strays = groups.filter((group) => group !== main);
    for (const { keys } of strays) for (const key of keys) this.#cells.delete(key);
    return strays.reduce((sum, { count }) => sum + count, 0);
  }

  /** All lines in order of time. */
  lines(): BookLine[] {
    const histogram = newHistogram();
    return [...this.#cells.values()]
      .sort((a, b) => a.index - b.index)
      .map(({ index, name, untilMs, count, errors, dropped, errorKinds, latencies, failedLatencies }) => ({
        index,
        name,
        untilMs,
        count,
        errors,
        dropped,
        errorKinds,
        encoded: encode(latencies, histogram),
        failed: encode(failedLatencies, histogram),
      }));
  }

  #cellAt(wallMs: WallMs, wanted: string): Cell {
    const name = this.#keptName(wanted);
    const there = this.#cells.get(this.#keyAt(wallMs, name));
    if (there) return there;
    while (this.#cells.size >= MOST_LINES || this.#values >= MOST_VALUES) {
      const [cells, values] = [this.#cells.size, this.#values];
      this.#doubleWidth();
      // What is in one interval already cannot be reduced.
      if (this.#cells.size === cells && this.#values === values) break;
    }
    const key = this.#keyAt(wallMs, name);
    const cell = this.#cells.get(key) ?? {
      index: Math.floor(wallMs / this.#widthMs),
      name,
      firstMs: Number.POSITIVE_INFINITY,
      lastMs: Number.NEGATIVE_INFINITY,
      untilMs: 0,
      count: 0,
      errors: 0,
      dropped: 0,
      errorKinds: new Map(),
      latencies: new Map(),
      failedLatencies: new Map(),
    };
    this.#cells.set(key, cell);
    return cell;
  }

  #keyAt(wallMs: WallMs, name: string): string {
    return `${Math.floor(wallMs / this.#widthMs)} ${name}`;
  }

  #keptName(name: string): string {
    if (this.#names.has(name)) return name;
    if (this.#names.size >= MOST_NAMES) {
      this.#lostNames = true;
      return OTHER_NAME;
    }
    this.#names.add(name);
    return name;
  }

  #record(latencies: Map<Microseconds, number>, durationMs: Milliseconds, times: number): void {
    const value = threeDigits(durationMs * 1000);
    const before = latencies.get(value);
    if (before === undefined) this.#values += 1;
    latencies.set(value, (before ?? 0) + times);
  }

  #doubleWidth(): void {
    this.#widthMs *= 2;
    this.#values = 0;
    const cells = [...this.#cells.values()];
    this.#cells.clear();
    for (const cell of cells) {
      cell.index = Math.floor(cell.index / 2);
      const key = `${cell.index} ${cell.name}`;
      const there = this.#cells.get(key);
      if (there) merge(there, cell);
      else this.#cells.set(key, cell);
    }
    for (const { latencies, failedLatencies } of this.#cells.values())
      this.#values += latencies.size + failedLatencies.size;
  }
}

function merge(into: Cell, from: Cell): void {
  into.count += from.count;
  into.dropped += from.dropped;
  into.firstMs = Math.min(into.firstMs, from.firstMs);
  into.lastMs = Math.max(into.lastMs, from.lastMs);
  into.untilMs = Math.max(into.untilMs, from.untilMs);
  for (const [kind, times] of from.errorKinds) countError(into, kind, times);
  addCounts(into.latencies, from.latencies);
  addCounts(into.failedLatencies, from.failedLatencies);
}

function addCounts(into: Map<Microseconds, number>, from: ReadonlyMap<Microseconds, number>): void {
  for (const [value, times] of from) into.set(value, (into.get(value) ?? 0) + times);
}

function countError(cell: Cell, error: string, times: number): void {
  cell.errors += times;
  const kind = cell.errorKinds.has(error) || cell.errorKinds.size < MOST_ERROR_KINDS ? error : OTHER_ERROR;
  cell.errorKinds.set(kind, (cell.errorKinds.get(kind) ?? 0) + times);
}

/** The lower end of the bucket that an HdrHistogram of three digits has for the value: 11 bits are kept. */
function threeDigits(durationUs: Microseconds): Microseconds {
  const value = Math.min(MAX_LATENCY_US, Math.max(1, Math.round(durationUs)));
  const shift = Math.max(0, 21 - Math.clz32(value));
  return (value >>> shift) << shift;
}

function encode(latencies: ReadonlyMap<Microseconds, number>, histogram: Histogram): string {
  if (latencies.size === 0) return '';
  histogram.reset();
  for (const [value, times] of latencies) histogram.recordValueWithCount(value, times);
  return encodeIntoCompressedBase64(histogram);
}

function newHistogram(): Histogram {
  return build({
    bitBucketSize: 32,
    lowestDiscernibleValue: 1,
    highestTrackableValue: MAX_LATENCY_US,
    numberOfSignificantValueDigits: 3,
  });
}
