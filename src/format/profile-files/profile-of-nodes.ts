import type { CpuProfile } from '../../model/profiles.ts';
import type { Microseconds } from '../../model/units.ts';
import { ShapeError } from '../shape.ts';

/** When samples were taken, and which node each of them saw. */
export interface TimedSamples {
  readonly samples: readonly number[];
  /** One for each sample. */
  readonly timesUs: readonly Microseconds[];
  /** When the recording ended, where that is known. */
  readonly endUs?: Microseconds;
}

/** A profile of nodes and of samples with their times, which need not be in order. */
export function profileOfNodes(nodes: CpuProfile['nodes'], { samples, timesUs, endUs }: TimedSamples): CpuProfile {
  if (timesUs.length !== samples.length)
    throw new ShapeError('the times of the samples', `as many as samples (${samples.length})`, timesUs.length);
  const order = samples.map((_, index) => index).sort((a, b) => (timesUs[a] ?? 0) - (timesUs[b] ?? 0));
  const sorted = order.map((index) => timesUs[index] ?? 0);
  const startTime = sorted[0] ?? 0;
  const last = sorted.at(-1) ?? startTime;
  // Nobody knows how long the last one lasted: as long as they usually did.
  const usual = sorted.length > 1 ? (last - startTime) / (sorted.length - 1) : 0;
  return {
    nodes,
    startTime,
    endTime: Math.max(endUs ?? 0, last + usual),
    samples: order.map((index) => samples[index] ?? 0),
    timeDeltas: sorted.map((time, index) => time - (sorted[index - 1] ?? startTime)),
  };
}
