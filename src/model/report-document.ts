import type { FlameDiffNode, FlameNode } from './flame.ts';
import type { FlameWindows } from './flame-windows.ts';
import type { HeapGrowth } from './heap-growth.ts';
import type { SourcePlace } from './profiles.ts';
import type { Report } from './report.ts';
import type { Bytes, Microseconds, Milliseconds, Share } from './units.ts';
import type { FlameUnit } from './weighted-tree.ts';

/** Seconds since the start of the run, on the monotonic clock. */
type Seconds = number;

export interface SeriesPoint {
  readonly tSec: Seconds;
  readonly value: number;
}

/** One metric over the run, thinned to at most 2,000 points with minima and maxima kept (see `downsample`). */
export interface ReportSeries {
  /** Name in the metric catalogue where it is one, else free: `load.rate`. */
  readonly name: string;
  readonly title: string;
  readonly unit: 'bytes' | 'percent' | 'ms' | 'count' | 'share';
  readonly points: readonly SeriesPoint[];
}

/** Latency of one request name, one point per interval, from the intended send time. */
export interface LatencySeries {
  readonly name: string;
  readonly points: readonly {
    readonly tSec: Seconds;
    readonly count: number;
    readonly errors: number;
    readonly p50Ms: Milliseconds;
    readonly p95Ms: Milliseconds;
    readonly p99Ms: Milliseconds;
  }[];
}

export interface TimelineEvent {
  readonly tSec: Seconds;
  /** Equal to `tSec` for what has no length. */
  readonly endSec: Seconds;
  readonly kind: 'phase' | 'capture' | 'refused' | 'restart' | 'gap' | 'load' | 'clock-jump' | 'error' | 'note' | 'end';
  /** Short, for a mark in a chart: `steady`, `heap snapshot 2`. */
  readonly label: string;
  readonly detail: string;
  /** Where it is about the life of the target: what became of it. `ended`: nothing is known but that. */
  readonly target?: 'ended' | 'lost' | 'back';
  /** How long the target was paused for it; null if it was not paused, or if unknown. */
  readonly pauseMs: Milliseconds | null;
}

export interface ReportFlame {
  /** Word for an anchor: `first`, `last`, `diff`. */
  readonly id: string;
  readonly title: string;
  /** What is in it: `20.0 to 30.0 s, 1,220 requests, 498 samples`. */
  readonly detail: string;
  /** A FlameDiffNode is drawn as a difference. */
  readonly root: FlameNode | FlameDiffNode;
  /** Of its values; microseconds where it is left out. */
  readonly unit?: FlameUnit;
}

export interface HotFunction {
  readonly name: string;
  readonly place: SourcePlace | null;
  readonly selfUs: Microseconds;
  readonly totalUs: Microseconds;
  readonly selfShare: Share;
  readonly totalShare: Share;
  /** Share of self time in the first and in the last window; null if there was one window only. */
  readonly firstSelfShare: Share | null;
  readonly lastSelfShare: Share | null;
}

export interface ReportSnapshot {
  readonly file: string;
  readonly tSec: Seconds;
  readonly phase: string;
  readonly requests: number | null;
  readonly fileBytes: Bytes;
  readonly heapUsedBytes: Bytes;
  readonly pauseMs: Milliseconds;
}

/** One line of the slow-query log. */
export interface SlowQuery {
  readonly tSec: Seconds;
  readonly text: string;
  readonly durationMs: Milliseconds;
  readonly rows: number | null;
  readonly route: string | null;
  readonly place: SourcePlace | null;
}

/** The text around the list of statements. */
export interface ReportDatabase {
  /** `host:port/database, PostgreSQL 15.4`; null if only the service was looked at. */
  readonly server: string | null;
  readonly slowMs: Milliseconds;
  /** Slowest first. */
  readonly slowest: readonly SlowQuery[];
  /** What could not be seen, and how to make it visible. Sentences. */
  readonly notes: readonly string[];
}

/** A file that a reader may open: in the run folder or beside the report. */
export interface ReportFile {
  readonly path: string;
  readonly what: string;
  readonly sizeBytes: Bytes | null;
  /** Holds values from the service's memory, so perhaps its secrets. */
  readonly sensitive: boolean;
}

/** Everything that the pages and texts of a report show: report.json and the text around it. */
export interface ReportDocument {
  readonly report: Report;
  /** `completed`, `stopped-by-user`, `target-lost`, `aborted`. */
  readonly endReason: string;
  /** Name of the scenario, with its load: `evidence-archive, 20 users`; null if the load was not ours. */
  readonly scenario: string | null;
  readonly series: readonly ReportSeries[];
  readonly latency: readonly LatencySeries[];
  readonly timeline: readonly TimelineEvent[];
  /** What the CPU did and what lives of what was allocated, window by window; what was not recorded is left out. */
  readonly flames: readonly FlameWindows[];
  /** Largest self time first. */
  readonly hotFunctions: readonly HotFunction[];
  readonly heap: HeapGrowth | null;
  readonly snapshots: readonly ReportSnapshot[];
  /** Only where queries were seen. */
  readonly database?: ReportDatabase;
  /** Limits of the data: gaps, damaged lines, captures refused, what could not be read. Sentences. */
  readonly notes: readonly string[];
  /** Of the profiler that judged the run. */
  readonly toolVersion: string;
  /** Method and versions: `profiler 0.1.0`, `host: linux 6.1, 2 cores`, how windows and snapshots were taken. */
  readonly method: readonly { readonly name: string; readonly value: string }[];
  /** What the tool itself cost the target, by kind of capture. */
  readonly cost: readonly {
    readonly what: string;
    readonly count: number;
    readonly totalPauseMs: Milliseconds;
    readonly longestPauseMs: Milliseconds;
  }[];
  readonly files: readonly ReportFile[];
}
