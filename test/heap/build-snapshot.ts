import type { HeapGraph } from '../../src/heap/heap-graph.ts';
import type { TextScanner } from '../../src/heap/kernel/text-scanner.ts';
import { type ParseOptions, SnapshotParser } from '../../src/heap/snapshot-parser.ts';
import { loadScanner } from '../../src/snapshot-stream/load-scanner.ts';

/** One for all: it keeps nothing. */
export const scanner: TextScanner = loadScanner();

export interface NodeSpec {
  readonly type?: number;
  readonly name?: string;
  readonly size?: number;
}

/** [from, type, name or index, to], nodes by their place in the list. */
export type EdgeSpec = readonly [from: number, type: number, name: string | number, to: number];

export interface SnapshotSpec {
  readonly nodes: readonly NodeSpec[];
  readonly edges: readonly EdgeSpec[];
}

const NODE_TYPES =
  '["hidden","array","string","object","code","closure","regexp","number","native","synthetic","concatenated string","sliced string","symbol","bigint","object shape","wasm object"]';
const EDGE_TYPES = '["context","element","property","internal","hidden","shortcut","weak"]';

/** A snapshot as V8 writes it: with newlines and seven fields up to Node 22, without and six from Node 24 on. */
export function snapshotText({ nodes, edges }: SnapshotSpec, layout: 'old' | 'new' = 'old'): string {
  const isOld = layout === 'old';
  const strings = [''];
  const numbers = new Map<string, number>([['', 0]]);
  const stringNumber = (text: string): number => {
    const known = numbers.get(text);
    if (known !== undefined) return known;
    numbers.set(text, strings.length);
    strings.push(text);
    return strings.length - 1;
  };
  const fields = isOld ? 7 : 6;
  const sorted = [...edges].sort((a, b) => a[0] - b[0]);
  const perNode = nodes.map(() => 0);
  for (const [from] of sorted) perNode[from]! += 1;
  const nodeRows = nodes.map(({ type = 3, name = 'Thing', size = 16 }, index) => {
    const row = [type, stringNumber(name), index * 2 + 1, size, perNode[index]!];
    return [...row, ...(isOld ? [0] : []), 0].join(',');
  });
  const edgeRows = sorted.map(([, type, name, to]) =>
    [type, typeof name === 'number' ? name : stringNumber(name), to * fields].join(','),
  );
  const join = (rows: readonly string[]): string => rows.join(isOld ? '\n,' : ',');
  const nodeFields = `"type","name","id","self_size","edge_count"${isOld ? ',"trace_node_id"' : ''},"detachedness"`;
  return `{"snapshot":{"meta":{"node_fields":[${nodeFields}],"node_types":[${NODE_TYPES},"string","number","number","number","number","number"],"edge_fields":["type","name_or_index","to_node"],"edge_types":[${EDGE_TYPES},"string_or_number","node"],"trace_function_info_fields":[],"trace_node_fields":[],"sample_fields":[],"location_fields":["object_index","script_id","line","column"]},"node_count":${nodes.length},"edge_count":${edges.length},"trace_function_count":0},
"nodes":[${join(nodeRows)}],
"edges":[${join(edgeRows)}],
"trace_function_infos":[],
"trace_tree":[],
"samples":[],
"locations":[],
"strings":[${strings.map((text) => JSON.stringify(text)).join(isOld ? ',\n' : ',')}]}
`;
}

export function parse(text: string, options: Partial<ParseOptions> = {}, chunkBytes: number = 1 << 16): HeapGraph {
  const bytes = new TextEncoder().encode(text);
  const parser = new SnapshotParser({ scanner, sizeBytes: bytes.length, ...options });
  for (let at = 0; at < bytes.length; at += chunkBytes) parser.write(bytes.subarray(at, at + chunkBytes));
  return parser.end();
}
