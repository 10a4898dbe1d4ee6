import { build, decodeFromCompressedBase64, encodeIntoCompressedBase64, type Histogram } from 'hdr-histogram-js';
import type { ResultSummary } from '../format/results/load-result.ts';
import type { Milliseconds, WallMs } from '../model/units.ts';
import { fillHistogram } from '../stats/fill-histogram.ts';

/** As the load engine keeps them: ten minutes at most, longer answers are recorded as that long. */
const MAX_LATENCY_US = 600_000_000;
const FIRST_WIDTH_MS = 1000;
/** Open intervals hold a histogram each, some 90 KB. */
const MOST_OPEN = 200;
const MOST_LINES = 20_000;
const MOST_NAMES = 200;
const MOST_ERROR_KINDS = 40;
const OTHER_NAME = '(other requests)';
const OTHER_ERROR = 'other';

/** What happened in one interval under one request name. */
export interface BookLine {
  /** The interval begins at `index` times the width. */
  readonly index: number;
  readonly name: string;
  /** End of the longest stretch in it that is known only as a whole; 0 where there is none. */
  untilMs: WallMs;
  count: number;
  errors: number;
  dropped: number;
  readonly errorKinds: Map<string, number>;
}

interface OpenLine extends BookLine {
  readonly histogram: Histogram;
}

interface ClosedLine extends BookLine {
  encoded: string;
}

/**
 * Requests of hours in a few megabytes, in whatever order they come: histograms by interval and request name. The
 * interval begins at a second and doubles whenever there would be more than 20,000 lines; of the intervals that are still
 * being filled, the one that was filled longest ago is encoded when there are too many. Names beyond 200 are taken
 * together.
 */
export class IntervalBook {
  readonly #open = new Map<string, OpenLine>();
  readonly #closed = new Map<string, ClosedLine>();
  readonly #free: Histogram[] = [];
  readonly #names = new Set<string>();
  #widthMs = FIRST_WIDTH_MS;
  #firstMs: WallMs = Number.POSITIVE_INFINITY;
  #lastMs: WallMs = Number.NEGATIVE_INFINITY;
  #lostNames = false;
  /** The line that the last request went to: most requests go where the one before went. */
  #current: OpenLine | null = null;

  get widthMs(): Milliseconds {
    return this.#widthMs;
  }

  /** When the first request began and the last one ended. */
  get spanMs(): { readonly firstMs: WallMs; readonly lastMs: WallMs } {
    return { firstMs: this.#firstMs, lastMs: this.#lastMs };
  }

  /** There were more names than are kept apart. */
  get hasLostNames(): boolean {
    return this.#lostNames;
  }

  add(endWallMs: WallMs, name: string, durationMs: Milliseconds, error: string | null): void {
    if (endWallMs - durationMs < this.#firstMs) this.#firstMs = endWallMs - durationMs;
    if (endWallMs > this.#lastMs) this.#lastMs = endWallMs;
    const line = this.#lineAt(endWallMs, name);
    line.count += 1;
    if (error !== null) countError(line, error, 1);
    line.histogram.recordValue(Math.min(MAX_LATENCY_US, Math.max(1, Math.round(durationMs * 1000))));
  }

  drop(wallMs: WallMs, count: number): void {
    this.#lineAt(wallMs, 'dropped arrivals').dropped += count;
  }

  /** A stretch of which only percentiles are known. It is one line, as long as it lasted. */
  addSummary({ name, durationMs, count, errors, errorKinds, quantiles }: ResultSummary, startWallMs: WallMs): void {
    this.#firstMs = Math.min(this.#firstMs, startWallMs);
    this.#lastMs = Math.max(this.#lastMs, startWallMs + durationMs);
    const line = this.#lineAt(startWallMs, name);
    line.count += count;
    line.untilMs = Math.max(line.untilMs, startWallMs + durationMs);
    const known = Object.entries(errorKinds).filter(([, times]) => times > 0);
    let told = 0;
    for (const [kind, times] of known) {
      const rest = Math.min(times, errors - told);
      if (rest > 0) countError(line, kind, rest);
      told += Math.max(0, rest);
    }
    if (errors > told) countError(line, 'failed', errors - told);
    if (quantiles.length > 0) fillHistogram(line.histogram, quantiles, count);
  }

  /** All lines in order of time, with their histogram (microseconds, compressed base64). Nothing may be added after. */
  lines(): (BookLine & { readonly encoded: string })[] {
    this.#closeAll();
    return [...this.#closed.values()].sort((a, b) => a.index - b.index);
  }

  #lineAt(wallMs: WallMs, wanted: string): OpenLine {
    const index = Math.floor(wallMs / this.#widthMs);
    const current = this.#current;
    if (current !== null && current.index === index && current.name === wanted) return current;
    const name = this.#keptName(wanted);
    const key = `${index} ${name}`;
    let line = this.#open.get(key);
    if (line) {
      // The most recently filled stand last.
      if (this.#open.size > MOST_OPEN / 2) {
        this.#open.delete(key);
        this.#open.set(key, line);
      }
    } else {
      line = {
        index,
        name,
        untilMs: 0,
        count: 0,
        errors: 0,
        dropped: 0,
        errorKinds: new Map(),
        histogram: this.#freeHistogram(),
      };
      this.#open.set(key, line);
      if (this.#open.size > MOST_OPEN) this.#closeOldest();
    }
    this.#current = line;
    return line;
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

  #freeHistogram(): Histogram {
    return this.#free.pop() ?? newHistogram();
  }

  /** Half of them at once, so that a file that jumps to and fro does not encode at each request. */
  #closeOldest(): void {
    for (const key of [...this.#open.keys()].slice(0, MOST_OPEN / 2)) this.#close(key);
    if (this.#closed.size > MOST_LINES) this.#doubleWidth();
  }

  #closeAll(): void {
    for (const key of [...this.#open.keys()]) this.#close(key);
  }

  #close(key: string): void {
    const line = this.#open.get(key);
    if (!line) return;
    this.#open.delete(key);
    if (this.#current === line) this.#current = null;
    const { histogram, ...rest } = line;
    const encoded = histogram.totalCount > 0 ? encodeIntoCompressedBase64(histogram) : '';
    histogram.reset();
    this.#free.push(histogram);
    merge(this.#closed, { ...rest, encoded });
  }

  #doubleWidth(): void {
    this.#closeAll();
    this.#widthMs *= 2;
    const lines = [...this.#closed.values()];
    this.#closed.clear();
    for (const line of lines) merge(this.#closed, { ...line, index: Math.floor(line.index / 2) });
  }
}

function merge(lines: Map<string, ClosedLine>, line: ClosedLine): void {
  const key = `${line.index} ${line.name}`;
  const there = lines.get(key);
  if (!there) {
    lines.set(key, line);
    return;
  }
  there.count += line.count;
  there.untilMs = Math.max(there.untilMs, line.untilMs);
  there.dropped += line.dropped;
  for (const [kind, times] of line.errorKinds) countError(there, kind, times);
  if (line.encoded === '') return;
  if (there.encoded === '') there.encoded = line.encoded;
  else {
    const sum = decodeFromCompressedBase64(there.encoded);
    sum.add(decodeFromCompressedBase64(line.encoded));
    there.encoded = encodeIntoCompressedBase64(sum);
  }
}

function countError(line: BookLine, error: string, times: number): void {
  line.errors += times;
  const kind = line.errorKinds.has(error) || line.errorKinds.size < MOST_ERROR_KINDS ? error : OTHER_ERROR;
  line.errorKinds.set(kind, (line.errorKinds.get(kind) ?? 0) + times);
}

function newHistogram(): Histogram {
  return build({
    bitBucketSize: 32,
    lowestDiscernibleValue: 1,
    highestTrackableValue: MAX_LATENCY_US,
    numberOfSignificantValueDigits: 3,
  });
}
