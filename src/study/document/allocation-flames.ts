import { layWindows } from '../../cpu/lay-windows.ts';
import { allocationTree } from '../../format/profile-files/allocation-tree.ts';
import type { FlameWindows } from '../../model/flame-windows.ts';
import type { PlaceOf, SamplingHeapProfile } from '../../model/profiles.ts';
import type { HeapProfileRecord } from '../../model/run-manifest.ts';
import type { MonoMs } from '../../model/units.ts';

export interface AllocationReading {
  readonly record: HeapProfileRecord;
  readonly profile: SamplingHeapProfile;
}

/** Far more stacks than the CPU has: V8 keeps each allocation of a sample with its whole stack. */
const LIMITS = { maxNodes: 4000, minShare: 0.002 } as const;

/** What was alive at each reading of the allocation profiler, by the stack that allocated it. */
export function allocationFlames(
  readings: readonly AllocationReading[],
  placeOf: PlaceOf,
  startMonoMs: MonoMs,
): FlameWindows {
  const windows = readings.map(({ record, profile }) => {
    const atSec = (record.monoMs - startMonoMs) / 1000;
    return { startSec: atSec, endSec: atSec, requests: record.requests, tree: allocationTree(profile) };
  });
  return layWindows('allocations', 'bytes', windows, placeOf, LIMITS);
}
