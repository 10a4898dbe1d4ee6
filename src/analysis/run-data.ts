import type { AllocationOwner } from '../cpu/allocation-owners.ts';
import type { AllocationSeries } from '../cpu/allocation-series.ts';
import type { AllocationGrowth } from '../cpu/allocation-sites.ts';
import type { FunctionChange } from '../cpu/compare-trees.ts';
import type { LongRunner } from '../cpu/long-stretches.ts';
import type { WorkSums } from '../cpu/own-work.ts';
import type { DatabaseRecords } from '../model/database.ts';
import type { HeapGrowth } from '../model/heap-growth.ts';
import type { PlaceOf } from '../model/profiles.ts';
import type { HotFunction } from '../model/report-document.ts';
import type { RequestInterval } from '../model/requests.ts';
import type { DescriptorGroup, RunEvent } from '../model/run-event.ts';
import type { RunManifest, WorkerSnapshotRecord } from '../model/run-manifest.ts';
import type { Sample } from '../model/sample.ts';
import type { ScrapedRun } from '../model/scrape.ts';
import type { Threshold } from '../model/threshold.ts';
import type { Bytes, Milliseconds, MonoMs } from '../model/units.ts';
import type { RunCode } from './code/run-code.ts';

/** Results of the CPU windows, made by the caller, which reads profiles one by one. */
export interface CpuEvidence {
  /** Of all windows merged, largest self time first. */
  readonly hotFunctions: readonly HotFunction[];
  /** First window against last, largest change of self time first. Empty if there was one window only. */
  readonly changes: readonly FunctionChange[];
  /** What the times of `changes` are divided by. */
  readonly per: 'request' | 'cpu-second';
  /** Samples in the first and in the last window in which the loop was busy: how fine the difference can be. */
  readonly samples: { readonly first: number; readonly last: number };
}

/** The service's own metrics as they were read. */
/** What the application's functions did in all CPU windows of the steady phase. */
export interface CpuWork extends WorkSums {
  /** Answered meanwhile; null if not counted. */
  readonly requests: number | null;
  readonly longRunners: readonly LongRunner[];
}

/** Everything that was allocated during some seconds of load, what died at once too. */
export interface AllocationBurst {
  readonly file: string;
  readonly durationMs: Milliseconds;
  readonly bytes: Bytes;
  /** Largest first. */
  readonly owners: readonly AllocationOwner[];
}

/** Live objects by the function that allocated them, read several times. */
export interface AllocationReadings {
  readonly atMs: readonly MonoMs[];
  /** Of the latest. */
  readonly file: string;
  readonly series: readonly AllocationSeries[];
}

/** What the snapshots of one worker thread say, those of one life of the process. */
export interface WorkerHeap extends Pick<WorkerSnapshotRecord, 'thread' | 'name' | 'url'> {
  readonly snapshots: readonly WorkerSnapshotRecord[];
  /** Null if they could not be read; `error` says why. */
  readonly growth: HeapGrowth | null;
  readonly error: string | null;
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
  /** Why there is no `heapGrowth`, in a sentence; null if there is one, or nothing was to be read. */
  readonly heapGrowthError: string | null;
  /** Worker threads of which there are at least two snapshots; absent where there is none. */
  readonly workers?: readonly WorkerHeap[];
  readonly cpu: CpuEvidence | null;
  /** Null if no CPU window can be read. */
  readonly work?: CpuWork | null;
  /** Null if none was recorded. */
  readonly burst?: AllocationBurst | null;
  /** Stacks whose live bytes grew between the first and the last allocation profile, largest first. */
  readonly allocationGrowth: readonly AllocationGrowth[];
  /** The readings of live objects that one life of the process had most of; absent with fewer than three. */
  readonly allocationReadings?: AllocationReadings;
  readonly placeOf: PlaceOf;
  /** What the scripts do with what they hold; absent where they were not read. */
  readonly code?: RunCode | null;
  /** What most descriptors pointed to at the end of the run. */
  readonly descriptorTargets?: readonly DescriptorGroup[];
  /** Absent where the service's own metrics were not asked for. */
  readonly scraped?: ScrapedRun;
  /** Queries as the service and the server saw them; null if they were not watched. */
  readonly database?: DatabaseRecords | null;
  /** What could not be read back of the run folder, in sentences. */
  readonly damage: readonly string[];
  /** Of that, and of what was planned, what no verdict can do without: in sentences. Absent: nothing. */
  readonly losses?: readonly string[];
  /** The run folder as the reader of the report can name it; absent if there is none. */
  readonly folder?: string;
}
