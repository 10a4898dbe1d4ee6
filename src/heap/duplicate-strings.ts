import type { Bytes } from '../model/units.ts';
import type { HeapGraph } from './heap-graph.ts';
import { NODE } from './snapshot-layout.ts';

export interface DuplicateStrings {
  /** How many strings are copies of another. */
  readonly strings: number;
  readonly wastedBytes: Bytes;
  /** The strings that waste most. Only their length is shown, not their content. */
  readonly biggest: readonly { readonly characters: number; readonly copies: number; readonly wastedBytes: Bytes }[];
}

/** V8 truncates strings at 1,024 characters. Longer ones may differ after that and are not compared. */
const LONGEST = 1024;

export interface StringCopies {
  /** By text; 0 if it is no copy, or may differ after the part that V8 writes. */
  readonly copies: Uint32Array;
  /** Bytes of all copies but the first. */
  readonly wasted: Float64Array;
}

export function countCopies({ nodeCount, nodeType, nodeName, selfSize, strings }: HeapGraph): StringCopies {
  const copies = new Uint32Array(strings.count + 1);
  const wasted = new Float64Array(strings.count + 1);
  for (let node = 0; node < nodeCount; node++) {
    if (nodeType[node] !== NODE.string) continue;
    const text = Math.min(nodeName[node]!, strings.count);
    copies[text] = copies[text]! + 1;
    if (copies[text]! > 1) wasted[text] = wasted[text]! + selfSize[node]!;
  }
  for (let text = 0; text <= strings.count; text++) {
    const characters = strings.byteLength(text);
    if (copies[text]! < 2 || characters === 0 || characters >= LONGEST) copies[text] = 0;
  }
  return { copies, wasted };
}

export function findDuplicateStrings(graph: HeapGraph, most: number): DuplicateStrings {
  const { strings } = graph;
  const { copies, wasted } = countCopies(graph);
  const repeated: number[] = [];
  let count = 0;
  let wastedBytes = 0;
  for (let text = 0; text < strings.count; text++) {
    if (copies[text]! < 2) continue;
    repeated.push(text);
    count += copies[text]! - 1;
    wastedBytes += wasted[text]!;
  }
  const biggest = repeated
    .sort((a, b) => wasted[b]! - wasted[a]!)
    .slice(0, most)
    .map((text) => ({ characters: strings.byteLength(text), copies: copies[text]!, wastedBytes: wasted[text]! }));
  return { strings: count, wastedBytes, biggest };
}
