import type { AllocationGrowth } from '../cpu/allocation-sites.ts';
import type { FunctionChange } from '../cpu/compare-trees.ts';
import type { HeapGrowth } from '../model/heap-growth.ts';
import type { PlaceOf } from '../model/profiles.ts';
import type { HotFunction } from '../model/report-document.ts';
import type { RequestInterval } from '../model/requests.ts';
import type { DescriptorGroup, RunEvent } from '../model/run-event.ts';
import type { RunManifest } from '../model/run-manifest.ts';
import type { Sample } from '../model/sample.ts';
import type { Threshold } from '../model/threshold.ts';

/** What the CPU windows say, made by the caller, who reads profiles one by one. */
export interface CpuEvidence {
  /** Of all windows merged, largest self time first. */
  readonly hotFunctions: readonly HotFunction[];
  /** First window against last, largest change of self time first. Empty where there was one window only. */
  readonly changes: readonly FunctionChange[];
  /** What the times of `changes` are divided by. */
  readonly per: 'request' | 'cpu-second';
  /** Samples in the first and in the last window in which the loop was busy: how fine the difference can be. */
  readonly samples: { readonly first: number; readonly last: number };
}

/** A run folder as the analysis wants it: everything read, nothing decided. */
export interface RunData {
  readonly manifest: RunManifest;
  readonly samples: readonly Sample[];
  readonly events: readonly RunEvent[];
  readonly requests: readonly RequestInterval[];
  /** The limits of the manifest, parsed. */
  readonly thresholds: readonly Threshold[];
  /** What the heap engine says of the snapshots of one segment; null with fewer than two, or when they could not be read. */
  readonly heapGrowth: HeapGrowth | null;
  /** Why there is no `heapGrowth`, in a sentence; null where there is one, or nothing was to be read. */
  readonly heapGrowthError: string | null;
  readonly cpu: CpuEvidence | null;
  /** Stacks whose live bytes grew between the first and the last allocation profile, largest first. */
  readonly allocationGrowth: readonly AllocationGrowth[];
  readonly placeOf: PlaceOf;
  /** What most descriptors pointed to at the end of the run. */
  readonly descriptorTargets?: readonly DescriptorGroup[];
  /** What could not be read back of the run folder, in sentences. */
  readonly damage: readonly string[];
}
