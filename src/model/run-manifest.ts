import type { GateName } from './finding-catalogue.ts';
import type { ScrapePlan } from './scrape.ts';
import type { Bytes, Milliseconds, MonoMs, WallMs } from './units.ts';

/** What is known of the process under test. `commandLine` carries no secrets: see `redactCommandLine`. */
export interface TargetFacts {
  readonly pid: number;
  /** Field 22 of /proc/<pid>/stat, in clock ticks since boot: with the pid, the identity of a process. */
  readonly startTicks: number;
  /** `v22.23.3`; null if nothing from inside can be seen. */
  readonly nodeVersion: string | null;
  readonly commandLine: readonly string[];
  readonly cwd: string;
  /** Name of the nearest package.json, or of the script. */
  readonly name: string;
  /**
   * The words of a command line that name it again after a restart: `--port 3000`, or `-- node server.js` for what was
   * started for the run. Absent in runs of earlier versions.
   */
  readonly namedBy?: readonly string[];
}

/** One heap snapshot of a run. Object ids compare within one `idEpoch` only (V8 renumbers after HeapProfiler.disable). */
export interface SnapshotRecord {
  readonly file: string;
  readonly monoMs: MonoMs;
  readonly segment: number;
  readonly idEpoch: string;
  /** Requests that the target had answered in all when this snapshot was taken; null if not counted. */
  readonly requests: number | null;
  readonly bytes: Bytes;
  readonly pauseMs: Milliseconds;
  readonly heapUsedBytes: Bytes;
  readonly phase: string;
}

/**
 * One heap snapshot of a worker thread, `heap/worker-2-1.heapsnapshot`: which thread it is, as Node numbers and the program
 * names it.
 */
export interface WorkerSnapshotRecord extends SnapshotRecord {
  readonly thread: number;
  /** Empty if the program gave no name. */
  readonly name: string;
  /** Of its script; empty if it runs a text. */
  readonly url: string;
}

/** One CPU window; consecutive windows overlap a little, so that no time is missed. */
export interface CpuWindowRecord {
  readonly file: string;
  readonly startMonoMs: MonoMs;
  readonly endMonoMs: MonoMs;
  readonly segment: number;
  readonly requests: number | null;
}

/** A sampling heap profile: live objects by allocation stack, as it stood at `monoMs`. */
export interface HeapProfileRecord {
  readonly file: string;
  readonly monoMs: MonoMs;
  readonly segment: number;
  readonly intervalBytes: Bytes;
  readonly requests: number | null;
}

/** All that was allocated for some seconds of load, what was collected at once too. Ended at `monoMs`. */
export interface AllocationBurstRecord {
  readonly file: string;
  readonly monoMs: MonoMs;
  readonly segment: number;
  readonly intervalBytes: Bytes;
  readonly durationMs: Milliseconds;
}

/** What Clinic Doctor reads of the process, recorded for one stretch of the run. */
export interface ClinicWindowRecord {
  readonly file: string;
  readonly startMonoMs: MonoMs;
  readonly endMonoMs: MonoMs;
  readonly segment: number;
}

/** One source map kept in `sources/`. Of the program itself only the lines of `code.json` are copied. */
export interface ScriptRecord {
  /** As V8 names it: `file:///srv/app/dist/a.js` or `/srv/app/dist/a.js`. */
  readonly url: string;
  /** File name in `sources/`; null when the script has no map. */
  readonly mapFile: string | null;
  /** Folder of the nearest package.json, as the target sees it; null when there is none. */
  readonly packageRoot: string | null;
  readonly packageName: string | null;
  readonly packageVersion: string | null;
  /** Lines of the script (from 1) that call `JSON.parse` or `JSON.stringify`, which profiles do not show by name. */
  readonly jsonLines?: readonly number[];
  /** Lines of the script (from 1) where variables of its module begin that may hold much. */
  readonly variables?: Readonly<Record<string, number>>;
}

/** What a journal holds when nothing of it is lost. */
export interface JournalSeal {
  readonly lines: number;
  /** Over the checksums of all its lines, in order. */
  readonly checksum: string;
  /** Size of the file. Absent in runs of earlier versions. */
  readonly bytes?: Bytes;
}

/** Written last, when a recording is closed in order: by it readers know that nothing is missing. */
export interface RunSeal {
  /** By file name. */
  readonly journals: Readonly<Record<string, JournalSeal>>;
  /** Size of each profile, snapshot and file of the database, by its path in the run folder. */
  readonly files: Readonly<Record<string, Bytes>>;
  /** CRC-32 of each of these files, computed while it was written. Absent in runs of earlier versions. */
  readonly checksums?: Readonly<Record<string, string>>;
}

/** A side from which a target is looked at: by the system that runs it, and by its own runtime. */
export type View = 'process' | 'inside';

/** What a run keeps of its scenario: enough to find it again and to compare runs, no value that was sent. */
export interface ScenarioRecord {
  readonly name: string;
  readonly baseUrl: string;
  /** Names, methods, paths and load. Runs of earlier versions hold the whole text, credentials redacted. */
  readonly text: string;
  /** Absent in runs of earlier versions. */
  readonly source?: {
    /** A path, or the name of a scenario that comes with the tool. */
    readonly file: string;
    readonly sha256: string;
  };
  /** Of what it sends: the same where only comments, address, length, limits or credentials differ. */
  readonly digest?: string;
}

/** run.json: rewritten (to a .part file, then renamed) whenever it changes. */
export interface RunManifest {
  readonly schema: 'profiler-run/1';
  readonly id: string;
  readonly tool: { readonly version: string; readonly node: string };
  readonly host: {
    readonly platform: string;
    readonly release: string;
    readonly cpus: number;
    readonly memoryBytes: Bytes;
  };
  readonly target: TargetFacts;
  /** Facts of each life of the target; index = segment. */
  readonly segments: readonly { readonly pid: number; readonly startTicks: number; readonly startMonoMs: MonoMs }[];
  readonly clock: { readonly startWallMs: WallMs; readonly startMonoMs: MonoMs };
  /** What was asked for: the planned length and how it was to be filled. */
  readonly plan: {
    readonly durationMs: Milliseconds;
    readonly sampleIntervalMs: Milliseconds;
    readonly snapshots: number;
    readonly cpuIntervalUs: number;
    readonly cpuWindowMs: Milliseconds;
    readonly heapSamplingIntervalBytes: Bytes;
    /** Absent where nothing is recorded for Clinic. */
    readonly clinicWindowMs?: Milliseconds;
    readonly load: 'none' | 'scenario';
    /** Sides from which samples are taken; what was never planned is no gap. Absent in runs of earlier versions. */
    readonly views?: readonly View[];
    readonly failOn: readonly GateName[];
  };
  /** Workers of the cluster that the target belongs to, without it, when the run began. Absent where there were none. */
  readonly otherClusterWorkers?: number;
  /** The scenario that was driven; null with `--load none`. */
  readonly scenario: ScenarioRecord | null;
  /** Limits to hold, as written: `rss<512MiB`, `lock-proof: p(95)<300ms`. */
  readonly thresholds: Readonly<Record<string, readonly string[]>>;
  readonly snapshots: readonly SnapshotRecord[];
  readonly cpuWindows: readonly CpuWindowRecord[];
  readonly heapProfiles: readonly HeapProfileRecord[];
  readonly scripts: readonly ScriptRecord[];
  /** The service's own metrics, where they were asked for. */
  readonly scrape?: ScrapePlan;
  readonly allocationBurst?: AllocationBurstRecord;
  readonly clinicWindow?: ClinicWindowRecord;
  /** Absent where no worker thread was looked at. */
  readonly workerSnapshots?: readonly WorkerSnapshotRecord[];
  /** What the scripts do with what they hold. Absent in runs of earlier versions. */
  readonly code?: { readonly file: string };
  /** Absent while the run is recorded, where the tool was killed, and in runs of earlier versions. */
  readonly seal?: RunSeal;
}
