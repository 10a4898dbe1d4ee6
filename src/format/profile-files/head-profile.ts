import type { CpuProfile } from '../../model/profiles.ts';
import { count, listOf, member, number, object, ShapeError, text } from '../shape.ts';
import { frameAt } from './frame-text.ts';
import { profileOfNodes } from './profile-of-nodes.ts';

type Node = CpuProfile['nodes'][number] & { readonly children: number[] };

const MOST_NODES = 2_000_000;
const MOST_HITS = 10_000_000;

/**
 * Reads the form that DevTools wrote until 2016 and v8-profiler-next writes as type 0: a tree of nested nodes below
 * `head`, lines counted from 1, start and end in whole seconds, and the time of each sample in microseconds.
 */
export function readHeadProfile(value: object): CpuProfile {
  const nodes = readNodes(member(value, 'head'));
  const known = new Set(nodes.map(({ id }) => id));
  if (known.size < nodes.length) throw new ShapeError('head', 'a tree of distinct ids', 'one with an id twice');
  const endUs = number(member(value, 'endTime') ?? 0, 'endTime') * 1e6;
  const samples = member(value, 'samples');
  if (samples === undefined) return fromHits(nodes, number(member(value, 'startTime') ?? 0, 'startTime') * 1e6, endUs);
  const ids = listOf(count)(samples, 'samples');
  const stray = ids.find((id) => !known.has(id));
  if (stray !== undefined) throw new ShapeError('samples', 'ids of nodes', stray);
  const timesUs = listOf(number)(member(value, 'timestamps'), 'timestamps');
  return profileOfNodes(nodes, { samples: ids, timesUs, endUs });
}

/** Without samples: each hit lasts equally long. */
function fromHits(nodes: readonly Node[], startTime: number, endUs: number): CpuProfile {
  const hits = nodes.reduce((sum, { hitCount = 0 }) => sum + hitCount, 0);
  if (hits > MOST_HITS) throw new ShapeError('hitCount', `at most ${MOST_HITS} in all`, hits);
  const samples = nodes.flatMap(({ id, hitCount = 0 }) => new Array<number>(hitCount).fill(id));
  const endTime = endUs > startTime ? endUs : startTime + hits * 1000;
  const each = (endTime - startTime) / Math.max(1, samples.length);
  return { nodes, startTime, endTime, samples, timeDeltas: samples.map((_, index) => (index === 0 ? 0 : each)) };
}

/** With a stack of its own: the tree may be deeper than that of the machine. */
function readNodes(head: unknown): Node[] {
  const nodes: Node[] = [];
  const pending: { readonly raw: unknown; readonly parent: Node | null }[] = [{ raw: head, parent: null }];
  for (let next = pending.pop(); next; next = pending.pop()) {
    const node = readNode(object(next.raw, 'a node of head'));
    if (nodes.push(node) > MOST_NODES) throw new ShapeError('head', `at most ${MOST_NODES} nodes`, 'larger');
    next.parent?.children.push(node.id);
    const children = member(next.raw as object, 'children') ?? [];
    if (!Array.isArray(children)) throw new ShapeError(`children of node ${node.id}`, 'a list', children);
    for (const raw of children) pending.push({ raw, parent: node });
  }
  return nodes;
}

function readNode(own: object): Node {
  const path = 'a node of head';
  const functionName = text(member(own, 'functionName'), `functionName of ${path}`);
  const url = text(member(own, 'url') ?? '', `url of ${path}`);
  const line = count(member(own, 'lineNumber') ?? 0, `lineNumber of ${path}`);
  const column = count(member(own, 'columnNumber') ?? 0, `columnNumber of ${path}`);
  return {
    id: count(member(own, 'id'), `id of ${path}`),
    callFrame: frameAt(functionName, url, line, column),
    hitCount: count(member(own, 'hitCount') ?? 0, `hitCount of ${path}`),
    children: [],
  };
}
