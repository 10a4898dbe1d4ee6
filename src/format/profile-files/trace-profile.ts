import type { CpuProfile } from '../../model/profiles.ts';
import { readCallFrame } from '../call-frame.ts';
import { count, listOf, member, number, object, ShapeError } from '../shape.ts';
import { profileOfNodes } from './profile-of-nodes.ts';

type Node = CpuProfile['nodes'][number] & { readonly children: number[] };

interface Recording {
  readonly nodes: Map<number, Node>;
  readonly samples: number[];
  readonly timesUs: number[];
  atUs: number;
}

/**
 * Reads the CPU profile in a trace that DevTools saves from its Performance panel: a `Profile` event with the start, then
 * `ProfileChunk` events with nodes (each with its `parent`), samples and time deltas. Of several the one with the most samples.
 */
export function readTraceProfile(events: readonly unknown[]): CpuProfile {
  const recordings = new Map<string, Recording>();
  for (const event of events) {
    if (typeof event !== 'object' || event === null) continue;
    const name = member(event, 'name');
    if (name !== 'Profile' && name !== 'ProfileChunk') continue;
    const data = object(member(object(member(event, 'args'), 'args'), 'data'), 'args.data');
    const key = JSON.stringify([member(event, 'pid'), member(event, 'id')]);
    if (name === 'Profile') {
      const atUs = number(member(data, 'startTime') ?? member(event, 'ts'), 'startTime');
      recordings.set(key, { nodes: new Map(), samples: [], timesUs: [], atUs });
    } else {
      const recording = recordings.get(key);
      if (recording) addChunk(recording, data);
    }
  }
  const [largest] = [...recordings.values()].sort((a, b) => b.samples.length - a.samples.length);
  if (!largest)
    throw new ShapeError('traceEvents', 'events with a CPU profile (Profile, ProfileChunk)', 'a trace without one');
  const { samples, timesUs } = largest;
  return profileOfNodes([...largest.nodes.values()], { samples, timesUs });
}

function addChunk(recording: Recording, data: object): void {
  const profile = member(data, 'cpuProfile');
  if (profile === undefined) return;
  const own = object(profile, 'cpuProfile');
  for (const raw of listOf(object)(member(own, 'nodes') ?? [], 'nodes')) addNode(recording.nodes, raw);
  const samples = listOf(count)(member(own, 'samples') ?? [], 'samples');
  const deltas = listOf(number)(member(data, 'timeDeltas') ?? [], 'timeDeltas');
  if (deltas.length !== samples.length)
    throw new ShapeError('timeDeltas', `as long as samples (${samples.length})`, deltas.length);
  samples.forEach((id, index) => {
    if (!recording.nodes.has(id)) throw new ShapeError('samples', 'ids of nodes', id);
    recording.atUs += deltas[index] ?? 0;
    recording.samples.push(id);
    recording.timesUs.push(recording.atUs);
  });
}

/** A parent always comes before its children, so no cycle can be made. */
function addNode(nodes: Map<number, Node>, raw: object): void {
  const id = count(member(raw, 'id'), 'id of a node');
  if (nodes.has(id)) throw new ShapeError('nodes', 'a list of distinct ids', id);
  const parentId = member(raw, 'parent');
  const parent = parentId === undefined ? null : nodes.get(count(parentId, 'parent of a node'));
  if (parent === undefined || (parent === null && nodes.size > 0))
    throw new ShapeError(`parent of node ${id}`, 'a node before it', parentId);
  nodes.set(id, {
    id,
    callFrame: readCallFrame(member(raw, 'callFrame'), `callFrame of node ${id}`),
    hitCount: 0,
    children: [],
  });
  parent?.children.push(id);
}
