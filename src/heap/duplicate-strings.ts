import type { Bytes } from '../model/units.ts';
import type { HeapGraph } from './heap-graph.ts';
import { NODE } from './snapshot-layout.ts';

export interface DuplicateStrings {
  /** How many strings are copies of another. */
  readonly strings: number;
  readonly wastedBytes: Bytes;
  /** The texts that waste most, by their length: what they say is not shown. */
  readonly biggest: readonly { readonly characters: number; readonly copies: number; readonly wastedBytes: Bytes }[];
}

/** V8 cuts what a string says at 1,024 characters; longer ones may differ behind that and are not compared. */
const LONGEST = 1024;

export function findDuplicateStrings(graph: HeapGraph, most: number): DuplicateStrings {
  const { nodeCount, nodeType, nodeName, selfSize, strings } = graph;
  const copies = new Uint32Array(strings.count + 1);
  const bytes = new Float64Array(strings.count + 1);
  for (let node = 0; node < nodeCount; node++) {
    if (nodeType[node] !== NODE.string) continue;
    const text = Math.min(nodeName[node]!, strings.count);
    copies[text] = copies[text]! + 1;
    if (copies[text]! > 1) bytes[text] = bytes[text]! + selfSize[node]!;
  }
  const repeated: number[] = [];
  let count = 0;
  let wastedBytes = 0;
  for (let text = 0; text < strings.count; text++) {
    const characters = strings.byteLength(text);
    if (copies[text]! < 2 || characters === 0 || characters >= LONGEST) continue;
    repeated.push(text);
    count += copies[text]! - 1;
    wastedBytes += bytes[text]!;
  }
  const biggest = repeated
    .sort((a, b) => bytes[b]! - bytes[a]!)
    .slice(0, most)
    .map((text) => ({ characters: strings.byteLength(text), copies: copies[text]!, wastedBytes: bytes[text]! }));
  return { strings: count, wastedBytes, biggest };
}
