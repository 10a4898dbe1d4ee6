import type { HeapProfileNode, SamplingHeapProfile } from '../model/profiles.ts';
import { readCallFrame } from './call-frame.ts';
import { parseJson } from './parse-json.ts';
import { count, fields, listOf, member, number, object, ShapeError } from './shape.ts';

/** A node under construction: its children are filled in after it. */
type GrowingNode = Omit<HeapProfileNode, 'children'> & { readonly children: GrowingNode[] };

const readSample = fields<NonNullable<SamplingHeapProfile['samples']>[number]>({
  size: number,
  nodeId: count,
  ordinal: count,
});

/** Reads a .heapprofile (V8's sampling heap profile). Throws a ProfilerError `heap-profile-invalid` (exit 2). */
export function parseHeapProfile(bytes: Uint8Array, file: string): SamplingHeapProfile {
  const hint = 'A .heapprofile of V8 is needed: from this tool, node --heap-prof, or DevTools (allocation sampling).';
  return parseJson(bytes, { file, code: 'heap-profile-invalid', hint }, readHeapProfile);
}

/** The same for a value that is already parsed. Throws a ShapeError. */
export function readHeapProfile(value: unknown): SamplingHeapProfile {
  const own = object(value, '');
  const head = readTree(member(own, 'head'));
  const samples = member(own, 'samples');
  return samples === undefined ? { head } : { head, samples: listOf(readSample)(samples, 'samples') };
}

/** Copies the tree with a stack of its own: it may be deeper than that of the machine. */
function readTree(value: unknown): HeapProfileNode {
  const head = readNode(value, 'head');
  const pending = [{ raw: value, node: head }];
  for (let work = pending.pop(); work; work = pending.pop()) {
    for (const raw of childrenOf(work.raw, work.node.id)) {
      const node = readNode(raw, `child of node ${work.node.id}`);
      work.node.children.push(node);
      pending.push({ raw, node });
    }
  }
  return head;
}

function readNode(value: unknown, path: string): GrowingNode {
  const own = object(value, path);
  return {
    callFrame: readCallFrame(member(own, 'callFrame'), `${path}.callFrame`),
    selfSize: number(member(own, 'selfSize'), `${path}.selfSize`),
    id: count(member(own, 'id') ?? 0, `${path}.id`),
    children: [],
  };
}

function childrenOf(value: unknown, id: number): readonly unknown[] {
  const children = member(object(value, 'node'), 'children') ?? [];
  if (!Array.isArray(children)) throw new ShapeError(`children of node ${id}`, 'a list', children);
  return children;
}
