import type { Bytes } from '../model/units.ts';
import type { ContainerFacts } from './in-target/measure-containers.ts';

/** What V8 knows of its heap at any moment. */
export interface HeapMakeup {
  readonly usedBytes: Bytes;
  /** Part of it that lies in the large object space: strings and the tables of arrays, maps and sets from 128 KiB on. */
  readonly largeBytes: Bytes;
  /** Memory outside of the heap that its objects hold. */
  readonly externalBytes: Bytes;
  /** What V8 lets the heap be, without what it reserves for young objects. Absent if not requested. */
  readonly oldLimitBytes?: Bytes;
}

/** The result of a walk over the heap. */
export interface HeapLook {
  readonly nodes: number;
  readonly containers: ContainerFacts;
}

/** What a snapshot is made of, and what its cost follows. */
export interface HeapGraph {
  readonly nodes: number;
  readonly edges: number;
  /** Different names by index: `17`. V8 keeps a buffer of 1 KiB for each, so one array of a million costs a gigabyte. */
  readonly indexNames: number;
  /** Different strings of the program. */
  readonly strings: number;
  readonly stringBytes: Bytes;
}

const WORD = 8;
/** Smallest average of a heap made of nothing but objects of three numbers: 26.8 B (test/bench/snapshot-cost). */
const LEAST_BYTES_PER_NODE = 24;
/** Tables of up to 128 KiB are no large objects: their indexes are shared by all. */
const SMALL_TABLE_WORDS = 16_384;
/** Weak maps make more names than they have places: one for the pair, with an id. */
const NAMES_PER_PLACE = 1.35;
/** Two by index and two for the pair. */
const NAMES_PER_WEAK_KEY = 4;
/** Beside its fields an object has its map and its prototype; more than eight edges a node were seen with arrays only. */
const MOST_EDGES_PER_NODE = 8;
/** V8 cuts names off there. */
const LONGEST_NAME = 1024;
/** Half of the fields of an object refer to something, in the median of all shapes. */
const LIKELY_FIELDS = { share: 0.5, atMost: 7 };

/** The graph at its largest, and as it probably is, from what the heap spaces say alone. */
export function guessFromSpaces({ usedBytes, largeBytes }: HeapMakeup): HeapGraph {
  const smallBytes = Math.max(0, usedBytes - largeBytes);
  const nodes = smallBytes / LEAST_BYTES_PER_NODE;
  return {
    nodes,
    edges: usedBytes / WORD + 2 * nodes,
    indexNames: SMALL_TABLE_WORDS + (NAMES_PER_PLACE * largeBytes) / WORD,
    strings: nodes,
    stringBytes: smallBytes,
  };
}

/** The same with the result of a walk over the heap. `likely` is for time, `atMost` for memory. */
export function guessFromLook(
  { usedBytes, largeBytes }: HeapMakeup,
  { nodes, containers }: HeapLook,
): { readonly atMost: HeapGraph; readonly likely: HeapGraph } {
  const smallBytes = Math.max(0, usedBytes - largeBytes);
  const { references } = containers;
  const fields = smallBytes / WORD / Math.max(1, nodes) + 1;
  const unexplained = Math.max(0, largeBytes - containers.explainedBytes) / WORD;
  const hidden = namesInTables(unexplained, nodes, containers);
  const known = Math.max(SMALL_TABLE_WORDS, containers.longestArray) + containers.tableReferences;
  const strings = Math.max(0, nodes - containers.objects);
  return {
    atMost: {
      nodes,
      edges: Math.min(fields, MOST_EDGES_PER_NODE) * nodes + references + unexplained,
      indexNames: known + hidden,
      strings,
      stringBytes: Math.min(smallBytes, LONGEST_NAME * strings),
    },
    likely: {
      nodes,
      edges: Math.min(LIKELY_FIELDS.share * fields, LIKELY_FIELDS.atMost) * nodes + references,
      indexNames: known + 0.7 * hidden,
      strings: strings / 2,
      stringBytes: Math.min(smallBytes, LONGEST_NAME * strings) / 2,
    },
  };
}

/**
 * What is large and was not explained are long strings, which make no names, and tables that cannot be asked for their
 * size: weak maps, whose keys are objects, and dictionaries, whose keys are strings.
 */
function namesInTables(places: number, nodes: number, { objects, sparse }: ContainerFacts): number {
  const byKeys = NAMES_PER_WEAK_KEY * objects + 2 * Math.max(0, nodes - objects) + (sparse ? places / 3 : 0);
  return Math.min(NAMES_PER_PLACE * places, byKeys);
}
