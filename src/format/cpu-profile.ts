import type { CpuProfile } from '../model/profiles.ts';
import { readCallFrame } from './call-frame.ts';
import { parseJson } from './parse-json.ts';
import { count, fields, listOf, member, number, object, type Read, ShapeError } from './shape.ts';

type Node = CpuProfile['nodes'][number];

/** Ten hours at the finest interval of ours; more is a damaged or hostile file. */
const MAX_HITS = 10_000_000;

/**
 * Reads a .cpuprofile as V8, DevTools and Node write it, and proves what the call tree relies on: one root, every
 * child known and with one parent, no cycle, every sample a known node. Throws a ProfilerError `cpu-profile-invalid`
 * (exit 2).
 */
export function parseCpuProfile(bytes: Uint8Array, file: string): CpuProfile {
  const hint = 'A .cpuprofile of V8 is needed: from this tool, node --cpu-prof, or DevTools.';
  return parseJson(bytes, { file, code: 'cpu-profile-invalid', hint }, readCpuProfile);
}

/** The same for a value that is already parsed. Throws a ShapeError. */
export function readCpuProfile(value: unknown): CpuProfile {
  const own = object(value, '');
  if (member(own, 'nodes') === undefined && member(own, 'head') !== undefined) {
    throw new ShapeError('nodes', 'a list (this file has the tree form that DevTools gave up in 2016)', undefined);
  }
  const nodes = listOf(readNode)(member(own, 'nodes'), 'nodes');
  const known = refuseBrokenTree(nodes);
  const startTime = number(member(own, 'startTime'), 'startTime');
  const endTime = number(member(own, 'endTime'), 'endTime');
  if (endTime < startTime) throw new ShapeError('endTime', 'after startTime', endTime);
  return { nodes, startTime, endTime, ...readSamples(own, nodes, known, endTime - startTime) };
}

const readTicks = listOf(fields({ line: count, ticks: count }));

const readNode: Read<Node> = (value, path) => {
  const own = object(value, path);
  const children = member(own, 'children');
  const ticks = member(own, 'positionTicks');
  return {
    id: count(member(own, 'id'), `${path}.id`),
    callFrame: readCallFrame(member(own, 'callFrame'), `${path}.callFrame`),
    hitCount: count(member(own, 'hitCount') ?? 0, `${path}.hitCount`),
    children: children === undefined ? [] : listOf(count)(children, `${path}.children`),
    ...(ticks === undefined ? {} : { positionTicks: readTicks(ticks, `${path}.positionTicks`) }),
  };
};

/** Returns the ids. A tree is: n nodes, n - 1 edges to distinct known children, all reached from the one root. */
function refuseBrokenTree(nodes: readonly Node[]): ReadonlySet<number> {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  if (nodes.length === 0) throw new ShapeError('nodes', 'a list with a root', nodes);
  if (byId.size < nodes.length) throw new ShapeError('nodes', 'a list of distinct ids', nodes);
  const children = new Set<number>();
  for (const node of nodes) {
    for (const child of node.children ?? []) {
      if (!byId.has(child)) throw new ShapeError(`children of node ${node.id}`, 'known ids', child);
      if (children.has(child)) throw new ShapeError(`node ${child}`, 'the child of one node', 'a child of two');
      children.add(child);
    }
  }
  const roots = nodes.filter((node) => !children.has(node.id));
  if (roots.length !== 1) throw new ShapeError('nodes', 'one tree', `${roots.length} roots`);
  let reached = 0;
  for (const pending = [...roots]; pending.length > 0; reached += 1) {
    for (const child of pending.pop()?.children ?? []) pending.push(byId.get(child)!);
  }
  if (reached < nodes.length) throw new ShapeError('nodes', 'one tree', 'a cycle');
  return new Set(byId.keys());
}

/** Samples and deltas; where a tool kept only hit counts, the time is shared out evenly over the hits. */
function readSamples(
  own: object,
  nodes: readonly Node[],
  known: ReadonlySet<number>,
  durationUs: number,
): Pick<CpuProfile, 'samples' | 'timeDeltas'> {
  if (member(own, 'samples') === undefined) {
    const hits = nodes.reduce((sum, node) => sum + (node.hitCount ?? 0), 0);
    if (hits > MAX_HITS) throw new ShapeError('hitCount', `at most ${MAX_HITS} in all`, hits);
    const samples = nodes.flatMap((node) => new Array<number>(node.hitCount ?? 0).fill(node.id));
    return { samples, timeDeltas: evenDeltas(samples.length, durationUs) };
  }
  const samples = listOf(count)(member(own, 'samples'), 'samples');
  const stray = samples.findIndex((id) => !known.has(id));
  if (stray >= 0) throw new ShapeError(`samples[${stray}]`, 'the id of a node', samples[stray]);
  const deltas = member(own, 'timeDeltas');
  if (deltas === undefined) return { samples, timeDeltas: evenDeltas(samples.length, durationUs) };
  const timeDeltas = listOf(number)(deltas, 'timeDeltas');
  if (timeDeltas.length !== samples.length) {
    throw new ShapeError('timeDeltas', `as long as samples (${samples.length})`, timeDeltas.length);
  }
  return { samples, timeDeltas };
}

/** The first sample at the very start, so that each of them lasts equally long until the end. */
function evenDeltas(samples: number, durationUs: number): number[] {
  return Array.from({ length: samples }, (_, index) => (index === 0 ? 0 : durationUs / samples));
}
