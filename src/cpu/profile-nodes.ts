import type { CpuProfile, RawCallFrame } from '../model/profiles.ts';
import type { Microseconds } from '../model/units.ts';
import { type SampleSpans, sampleSpans } from './sample-spans.ts';

/** A profile in columns, parents before children, with the time of each node itself. */
export interface ProfileNodes {
  readonly frames: readonly RawCallFrame[];
  /** -1 for the root. */
  readonly parentOf: readonly number[];
  readonly selfUs: Float64Array;
  readonly ticks: readonly (readonly { readonly line: number; readonly ticks: number }[])[];
  /** Samples in order of time, as indices of the columns. */
  readonly samples: Uint32Array;
  /** From one sample to the next, usually. */
  readonly intervalUs: Microseconds;
}

/** One profile by itself: unlike a merged tree it still has its samples in order, and its lines. */
export function profileNodes(profile: CpuProfile, spans: SampleSpans = sampleSpans(profile)): ProfileNodes {
  const byId = new Map(profile.nodes.map((node) => [node.id, node]));
  const children = new Set(profile.nodes.flatMap((node) => node.children ?? []));
  const parentOf: number[] = [];
  const ordered: CpuProfile['nodes'][number][] = [];
  const pending = profile.nodes.filter(({ id }) => !children.has(id)).map((node) => ({ node, parent: -1 }));
  const indexOf = new Map<number, number>();
  for (let next = pending.pop(); next; next = pending.pop()) {
    const index = ordered.push(next.node) - 1;
    parentOf.push(next.parent);
    indexOf.set(next.node.id, index);
    for (const id of next.node.children ?? []) {
      const child = byId.get(id);
      if (child) pending.push({ node: child, parent: index });
    }
  }
  const samples = new Uint32Array(spans.nodeIds.length);
  const selfUs = new Float64Array(ordered.length);
  for (let i = 0; i < samples.length; i += 1) {
    const index = indexOf.get(spans.nodeIds[i] ?? 0) ?? 0;
    samples[i] = index;
    selfUs[index] = (selfUs[index] ?? 0) + (spans.endsUs[i] ?? 0) - (spans.startsUs[i] ?? 0);
  }
  return {
    frames: ordered.map(({ callFrame }) => callFrame),
    parentOf,
    selfUs,
    ticks: ordered.map(({ positionTicks = [] }) => positionTicks),
    samples,
    intervalUs: spans.intervalUs,
  };
}
