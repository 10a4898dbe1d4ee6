import { unzlibSync } from 'fflate';
import { ProfilerError } from '../model/errors.ts';
import { EXIT } from '../model/exit-codes.ts';
import type { Milliseconds } from '../model/units.ts';

/** The largest of ours, with every bucket in use, has some 80,000 characters, and some 300,000 bytes when unpacked. */
const LONGEST_HISTOGRAM = 128 * 1024;
const LARGEST_PAYLOAD = 1024 * 1024;

/** A histogram of a second is packed to a third or a quarter. */
const USUAL_RATIO = 8;

const COMPRESSED_COOKIE = 0x1c849304;
const COOKIE = 0x1c849303;
/** Bits of a cookie that give the size of a word; V2 has only one. */
const WORD_SIZE_BITS = 0xf0;
const COMPRESSED_HEADER_BYTES = 8;
const HEADER_BYTES = 40;

/** A bucket of latencies: its count, and the smallest and largest latency (microseconds) that fall into it. */
interface Bucket {
  readonly lowestUs: number;
  readonly highestUs: number;
  count: number;
}

/**
 * Latencies of several intervals as one distribution. Only buckets that hold something are kept: of the 24,000 that an HDR
 * histogram of ten minutes has, an interval of a second uses a few dozen, and a night has 100,000 intervals.
 */
export class Latencies {
  readonly #buckets = new Map<number, Bucket>();
  #count = 0;
  #sorted: readonly Bucket[] | null = null;

  /** Adds an `intended` or `service` histogram of an interval. Throws a ProfilerError (exit 2) when it is damaged. */
  add(encoded: string): void {
    if (encoded === '') return;
    try {
      readHistogram(encoded, (lowestUs, highestUs, count) => this.#addBucket(lowestUs, highestUs, count));
      this.#sorted = null;
    } catch (error) {
      throw new ProfilerError(
        'histogram-damaged',
        EXIT.usage,
        `A distribution of latencies in requests.ndjson cannot be read: ${(error as Error).message}`,
        'The file was changed or damaged. Without requests.ndjson the rest of the run can be read.',
        { cause: error },
      );
    }
  }

  /** Adds all of another: a histogram that is wanted in several sums is decoded once. */
  merge(other: Latencies): void {
    for (const { lowestUs, highestUs, count } of other.#buckets.values()) this.#addBucket(lowestUs, highestUs, count);
    this.#sorted = null;
  }

  #addBucket(lowestUs: number, highestUs: number, count: number): void {
    const known = this.#buckets.get(highestUs);
    if (known) known.count += count;
    else this.#buckets.set(highestUs, { lowestUs, highestUs, count });
    this.#count += count;
  }

  get count(): number {
    return this.#count;
  }

  /**
   * `percentile` from 0 to 100; null when nothing was recorded. `missing` requests have no latency and count as slower than
   * all that have one: null if the percentile lies among them.
   */
  atPercentile(percentile: number, missing = 0): Milliseconds | null {
    if (this.#count === 0) return null;
    const shifted = missing === 0 ? percentile : (percentile * (this.#count + missing)) / this.#count;
    if (shifted > 100) return null;
    // Rounded up, but not where only the last bit of the product says so.
    const wanted = Math.max(1, Math.ceil((shifted / 100) * this.#count * (1 - Number.EPSILON)));
    let reached = 0;
    for (const { highestUs, lowestUs, count } of this.#ascending()) {
      reached += count;
      if (reached >= wanted) return (percentile === 0 ? lowestUs : highestUs) / 1000;
    }
    return 0;
  }

  get meanMs(): Milliseconds {
    if (this.#count === 0) return 0;
    let sumUs = 0;
    for (const { lowestUs, highestUs, count } of this.#buckets.values()) {
      sumUs += count * (lowestUs + Math.floor((highestUs - lowestUs + 1) / 2));
    }
    return sumUs / this.#count / 1000;
  }

  get maxMs(): Milliseconds {
    return (this.#ascending().at(-1)?.highestUs ?? 0) / 1000;
  }

  #ascending(): readonly Bucket[] {
    this.#sorted ??= [...this.#buckets.values()].sort((a, b) => a.highestUs - b.highestUs);
    return this.#sorted;
  }
}

/**
 * The buckets of a V2 HDR histogram (base64 of a compressed one) that hold something. Source of the format:
 * https://github.com/HdrHistogram/HdrHistogram, `AbstractHistogram.encodeIntoCompressedByteBuffer`. Throws an Error where
 * it is none.
 */
function readHistogram(encoded: string, take: (lowestUs: number, highestUs: number, count: number) => void): void {
  // It is compressed: what is longer than any of ours might be made to fill the memory.
  if (encoded.length > LONGEST_HISTOGRAM) throw new Error(`${encoded.length} characters`);
  const compressed = fromBase64(encoded);
  const outer = new DataView(compressed.buffer);
  if (compressed.length < COMPRESSED_HEADER_BYTES || baseCookie(outer) !== COMPRESSED_COOKIE) {
    throw new Error('it is no compressed histogram');
  }
  const bytes = unpack(compressed.subarray(COMPRESSED_HEADER_BYTES, COMPRESSED_HEADER_BYTES + outer.getInt32(4)));
  const header = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < HEADER_BYTES || bytes.length > LARGEST_PAYLOAD || baseCookie(header) !== COOKIE) {
    throw new Error('it holds no histogram');
  }
  const payload = bytes.subarray(HEADER_BYTES, HEADER_BYTES + header.getInt32(4));
  const { halfBits, unitUs } = bucketsOf(header.getInt32(12), Number(header.getBigInt64(16)));
  const half = 2 ** halfBits;
  let index = 0;
  readCounts(payload, (count) => {
    if (count > 0) {
      const widthUs = index < 2 * half ? unitUs : unitUs * 2 ** (Math.floor(index / half) - 1);
      const lowestUs = (index < half ? index : half + (index % half)) * widthUs;
      take(lowestUs, lowestUs + widthUs - 1, count);
    }
    // A negative count says how many buckets are empty.
    index += count < 0 ? -count : 1;
  });
}

/** Without a place to write to, each would take 128 KB; what is packed closer than most tries again with that. */
function unpack(compressed: Uint8Array): Uint8Array {
  try {
    return unzlibSync(compressed, { out: new Uint8Array(HEADER_BYTES + USUAL_RATIO * compressed.length) });
  } catch {
    return unzlibSync(compressed);
  }
}

function fromBase64(text: string): Uint8Array {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

function baseCookie(view: DataView): number {
  return view.getInt32(0) & ~WORD_SIZE_BITS;
}

/**
 * The layout of the buckets, for values of a smallest unit that are distinguished to some decimal digits: `2 ** halfBits`
 * buckets of the width of the unit, as many again, and from there on as many of each next power of two.
 */
function bucketsOf(digits: number, unitUs: number): { readonly halfBits: number; readonly unitUs: number } {
  if (!(digits >= 0 && digits <= 5) || !(unitUs >= 1)) throw new Error('its resolution cannot be');
  return {
    halfBits: Math.max(1, Math.ceil(Math.log2(2 * 10 ** digits))) - 1,
    unitUs: 2 ** Math.floor(Math.log2(unitUs)),
  };
}

/** Numbers as zigzag LEB128, little end first; a ninth byte has eight bits. */
function readCounts(payload: Uint8Array, take: (count: number) => void): void {
  let at = 0;
  while (at < payload.length) {
    const first = payload[at] ?? 0;
    if (first < 0x80) {
      at += 1;
      take((first & 1) === 0 ? first >> 1 : -((first + 1) >> 1));
      continue;
    }
    let value = 0;
    for (let place = 0; ; place++) {
      const byte = payload[at++];
      if (byte === undefined) throw new Error('it ends in the middle of a number');
      const isLast = place === 8;
      value += (isLast ? byte : byte & 0x7f) * 2 ** (7 * place);
      if (isLast || (byte & 0x80) === 0) break;
    }
    take(value % 2 === 0 ? value / 2 : -(value + 1) / 2);
  }
}
