import type { Finding } from './finding.ts';
import type { HeapEntry } from './heap-pages.ts';
import type { PageBand, PageChart, PageMark } from './page-data.ts';
import type { Gate, Report } from './report.ts';
import type { Milliseconds, WallMs } from './units.ts';

/** `recording`: a process writes into the folder now. `unreadable`: `reason` says why. */
export type RunState = 'recording' | 'reported' | 'not-reported' | 'unreadable';

/** A line of the list of runs. */
export interface RunEntry {
  /** By which addresses name it. */
  readonly key: string;
  readonly id: string;
  readonly state: RunState;
  readonly reason: string | null;
  readonly target: string;
  readonly scenario: string | null;
  readonly startWallMs: WallMs;
  /** Null if no report says it. */
  readonly durationMs: Milliseconds | null;
  readonly plannedMs: Milliseconds;
  readonly verdict: Report['verdict'] | null;
  readonly findings: number;
  readonly snapshots: number;
}

/** A finding as the pages of runs list it. */
export type FindingEntry = Pick<Finding, 'id' | 'kind' | 'confidence' | 'title'> & { readonly place: string | null };

export interface RunCharts {
  readonly charts: readonly PageChart[];
  readonly bands: readonly PageBand[];
  readonly marks: readonly PageMark[];
}

export interface RunDetails extends RunEntry, RunCharts {
  readonly found: readonly FindingEntry[];
  readonly gates: readonly Gate[];
  /** A page of its report is there. */
  readonly hasPage: boolean;
  readonly heaps: readonly HeapEntry[];
}

/** Of one run, of the other, or of both. */
export interface InBoth<Item> {
  readonly before: Item | null;
  readonly after: Item | null;
}

/** One metric of two runs on one axis, from the start of each. */
export interface ComparedSeries {
  readonly title: string;
  readonly unit: string;
  readonly tSec: readonly number[];
  readonly before: readonly (number | null)[];
  readonly after: readonly (number | null)[];
}

export interface ComparedRuns {
  readonly before: RunEntry;
  readonly after: RunEntry;
  readonly findings: readonly InBoth<FindingEntry>[];
  readonly gates: readonly InBoth<Gate>[];
  readonly series: readonly ComparedSeries[];
}

/** Data for the page of a run that is being recorded. Times in seconds from the start of the run. */
export type LiveEvent =
  | {
      readonly type: 'samples';
      readonly series: readonly {
        readonly title: string;
        readonly unit: PageChart['unit'];
        readonly tSec: readonly number[];
        readonly value: readonly number[];
      }[];
    }
  | { readonly type: 'phase'; readonly phase: string }
  | { readonly type: 'ended'; readonly reason: string };
