import { damaged } from './snapshot-error.ts';

/**
 * Node types by their canonical number. V8 numbers its own in `meta`; the parser translates, so that this table is the only
 * one.
 */
export const NODE = {
  hidden: 0,
  array: 1,
  string: 2,
  object: 3,
  code: 4,
  closure: 5,
  regexp: 6,
  number: 7,
  native: 8,
  synthetic: 9,
  consString: 10,
  slicedString: 11,
  symbol: 12,
  bigint: 13,
  shape: 14,
  wasm: 15,
  other: 16,
} as const;

export const NODE_TYPE_NAMES: readonly string[] = [
  'hidden',
  'array',
  'string',
  'object',
  'code',
  'closure',
  'regexp',
  'number',
  'native',
  'synthetic',
  'concatenated string',
  'sliced string',
  'symbol',
  'bigint',
  'object shape',
  'wasm object',
  'other',
];

/** Edge types; the order matters: from `shortcut` on, an edge is not essential away from the root. */
export const EDGE = { context: 0, element: 1, property: 2, internal: 3, hidden: 4, shortcut: 5, weak: 6 } as const;

const EDGE_TYPE_NAMES: readonly string[] = ['context', 'element', 'property', 'internal', 'hidden', 'shortcut', 'weak'];

/** Where each field stands in a row, read from `meta`: never assumed, since V8 adds and drops fields. */
export interface SnapshotLayout {
  readonly nodeCount: number;
  readonly edgeCount: number;
  readonly extraNativeBytes: number;
  readonly node: {
    readonly fields: number;
    readonly type: number;
    readonly name: number;
    readonly id: number;
    readonly selfSize: number;
    readonly edgeCount: number;
    /** -1 if V8 does not write it. */
    readonly detachedness: number;
    /** Canonical type by V8's number. */
    readonly types: Uint8Array;
  };
  readonly edge: {
    readonly fields: number;
    readonly type: number;
    readonly name: number;
    readonly to: number;
    readonly types: Uint8Array;
  };
  /** `fields` is 0 if the snapshot has no locations. */
  readonly location: {
    readonly fields: number;
    readonly object: number;
    readonly script: number;
    readonly line: number;
    readonly column: number;
  };
}

interface Header {
  readonly meta?: Record<string, unknown>;
  readonly node_count?: unknown;
  readonly edge_count?: unknown;
  readonly extra_native_bytes?: unknown;
}

/** Reads the value of the `snapshot` key. Throws a ProfilerError when it is not the header of a heap snapshot. */
export function readLayout(text: string, offset: number): SnapshotLayout {
  let header: Header;
  try {
    header = JSON.parse(text) as Header;
  } catch {
    throw damaged('snapshot', offset, 'the header is not JSON');
  }
  const meta = header?.meta;
  if (typeof meta !== 'object' || meta === null) throw damaged('snapshot', offset, 'the header has no `meta`');
  const nodeFields = names(meta.node_fields);
  const edgeFields = names(meta.edge_fields);
  const locationFields = names(meta.location_fields);
  const need = (fields: readonly string[], field: string): number => {
    const index = fields.indexOf(field);
    if (index < 0) throw damaged('snapshot', offset, `\`meta\` lists no field \`${field}\``);
    return index;
  };
  const hasLocations = ['object_index', 'script_id', 'line', 'column'].every((field) => locationFields.includes(field));
  return {
    nodeCount: count(header.node_count, offset),
    edgeCount: count(header.edge_count, offset),
    extraNativeBytes: nativeBytes(header.extra_native_bytes, offset),
    node: {
      fields: nodeFields.length,
      type: need(nodeFields, 'type'),
      name: need(nodeFields, 'name'),
      id: need(nodeFields, 'id'),
      selfSize: need(nodeFields, 'self_size'),
      edgeCount: need(nodeFields, 'edge_count'),
      detachedness: nodeFields.indexOf('detachedness'),
      types: canonical(typeNames(meta.node_types, nodeFields.indexOf('type')), NODE_TYPE_NAMES, NODE.other),
    },
    edge: {
      fields: edgeFields.length,
      type: need(edgeFields, 'type'),
      name: need(edgeFields, 'name_or_index'),
      to: need(edgeFields, 'to_node'),
      types: canonical(typeNames(meta.edge_types, edgeFields.indexOf('type')), EDGE_TYPE_NAMES, EDGE.hidden),
    },
    location: {
      fields: hasLocations ? locationFields.length : 0,
      object: locationFields.indexOf('object_index'),
      script: locationFields.indexOf('script_id'),
      line: locationFields.indexOf('line'),
      column: locationFields.indexOf('column'),
    },
  };
}

function count(value: unknown, offset: number): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < 2 ** 32) return value;
  throw damaged('snapshot', offset, 'node_count or edge_count is not a count');
}

/** Later versions of V8 only. No more than a process has addresses for. */
function nativeBytes(value: unknown, offset: number): number {
  if (typeof value !== 'number') return 0;
  if (value >= 0 && value < 2 ** 47) return value;
  throw damaged('snapshot', offset, 'extra_native_bytes is no size');
}

function names(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.slice(0, 32).map((name) => (typeof name === 'string' ? name : '')) : [];
}

function typeNames(value: unknown, index: number): readonly string[] {
  return Array.isArray(value) ? names(value[index]) : [];
}

/** A table from V8's number of a type to ours; what V8 may add in future becomes `unknown`. */
function canonical(found: readonly string[], known: readonly string[], unknown: number): Uint8Array {
  const table = new Uint8Array(256).fill(unknown);
  found.forEach((name, index) => {
    const at = known.indexOf(name);
    if (at >= 0) table[index] = at;
  });
  return table;
}
