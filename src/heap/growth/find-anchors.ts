import type { SignatureSums } from './signature-sums.ts';
import { SignatureTree } from './signature-tree.ts';

/** New objects that account for a smaller part of the bytes are beside what grows. */
const LEAST_PART_OF_BYTES = 0.3;
/** A place below gained this many times as many objects: the growth may be there, inside a few objects. */
const MANY_MORE_BELOW = 8;
/** Two snapshots do not show when the new objects were added. A few of them may have been added once. */
const FEW = 3;
/**
 * An interval with less of the growth says nothing about its pace. In one with more, the share of new objects must be at
 * least a fourth of the share of growth.
 */
const REAL_PART = 0.15;
const LEAST_PACE = 1 / 4;

/** An old place (the anchor: its objects do not grow in number) and what grows directly below it. */
export interface GrowingPlace {
  readonly anchor: number;
  /** Signatures of the growing children; empty when only the anchor's own bytes grow, as of an array of references. */
  readonly groups: readonly number[];
}

export interface PlaceSeries {
  readonly tree: SignatureTree;
  readonly sums: readonly SignatureSums[];
  /** Per snapshot, by signature: bytes of the objects with the signature and of all below it. */
  readonly subtree: readonly Float64Array[];
}

export function seriesOf(tree: SignatureTree, sums: readonly SignatureSums[]): PlaceSeries {
  const subtree = sums.map((sum) => {
    const bytes = sum.bytes.slice();
    // A signature is created after its parent, so one pass over descending numbers computes all sums.
    for (let signature = tree.count - 1; signature > 0; signature--) {
      const parent = tree.parent(signature);
      bytes[parent] = bytes[parent]! + bytes[signature]!;
    }
    return bytes;
  });
  return { tree, sums, subtree };
}

/**
 * Walks down from the root to whatever grows in bytes, also where the place above it lost more than that: what one route
 * released must not hide what another keeps. As long as a place does not grow in number of objects, it
 * is a holder; the first place below that does is what leaks, and everything under it belongs to the same leak.
 */
export function findGrowingPlaces(series: PlaceSeries, leastBytes: number): GrowingPlace[] {
  const children = childrenOf(series, leastBytes);
  const below = mostGainedBelow(series);
  const places: GrowingPlace[] = [];
  const open: number[] = [SignatureTree.root];
  while (open.length > 0) {
    const anchor = open.pop()!;
    const groups: number[] = [];
    for (const child of children.get(anchor) ?? []) {
      if (gainedBytes(series, child) >= leastBytes && explainsGrowth(series, child, below)) groups.push(child);
      else open.push(child);
    }
    const ownGain = gain(series.sums.map((sum) => sum.bytes[anchor]!));
    if (groups.length > 0 || (ownGain >= leastBytes && isSteady(series, anchor))) places.push({ anchor, groups });
  }
  return places;
}

function childrenOf(series: PlaceSeries, leastBytes: number): Map<number, number[]> {
  const { tree } = series;
  // Whether the place, or any below it, grows by so much.
  const leads = new Uint8Array(tree.count);
  for (let signature = tree.count - 1; signature > 0; signature--) {
    if (leads[signature] === 0 && gainedBytes(series, signature) < leastBytes) continue;
    leads[signature] = 1;
    leads[tree.parent(signature)] = 1;
  }
  const children = new Map<number, number[]>();
  for (let signature = 1; signature < tree.count; signature++) {
    if (leads[signature] === 0) continue;
    const parent = tree.parent(signature);
    const list = children.get(parent);
    if (list) list.push(signature);
    else children.set(parent, [signature]);
  }
  return children;
}

/** By the place and all below it. */
function gainedBytes({ subtree }: PlaceSeries, signature: number): number {
  return gain(subtree.map((bytes) => bytes[signature]!));
}

/** The place holds as many objects as ever: what it gained in bytes is its own table. */
function isSteady(series: PlaceSeries, place: number): boolean {
  return gain(countsOf(series, place)) <= 0;
}

/**
 * Whether the growth below a place comes from there being more objects of it, and not from one of them (or a few)
 * growing inside. Two signs point to the latter. The new objects account for only a small part of the bytes. Or they were
 * added once, and what is below them kept growing.
 */
function explainsGrowth(series: PlaceSeries, place: number, below: Float64Array): boolean {
  const counts = countsOf(series, place);
  const gained = gain(counts);
  if (gained <= 0) return false;
  const bytes = series.subtree.map((sum) => sum[place]!);
  const mean = bytes.at(-1)! / counts.at(-1)!;
  if (gained * mean < LEAST_PART_OF_BYTES * gain(bytes)) return false;
  if (below[place]! < MANY_MORE_BELOW * gained) return true;
  return series.sums.length > 2 ? keepsPace(counts, bytes) : gained > FEW;
}

/** By signature: the most that any place below it gained in number of objects. */
function mostGainedBelow({ tree, sums }: PlaceSeries): Float64Array {
  const most = new Float64Array(tree.count);
  const first = sums[0]!.count;
  const last = sums.at(-1)!.count;
  for (let signature = tree.count - 1; signature > 0; signature--) {
    const parent = tree.parent(signature);
    most[parent] = Math.max(most[parent]!, most[signature]!, last[signature]! - first[signature]!);
  }
  return most;
}

/** In every interval with a real part of the growth, a part of the new objects came too. */
function keepsPace(counts: readonly number[], bytes: readonly number[]): boolean {
  const newObjects = gain(counts);
  const newBytes = gain(bytes);
  return bytes.slice(1).every((value, index) => {
    const share = (value - bytes[index]!) / newBytes;
    return share < REAL_PART || (counts[index + 1]! - counts[index]!) / newObjects > LEAST_PACE * share;
  });
}

export function countsOf(series: PlaceSeries, place: number): number[] {
  return series.sums.map((sum) => sum.count[place]!);
}

export function gain(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.at(-1)! - values[0]!;
}
