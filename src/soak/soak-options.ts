import type { AddonChoice } from '../model/addon.ts';
import type { GateName } from '../model/finding-catalogue.ts';
import type { Threshold } from '../model/threshold.ts';
import type { Microseconds, Milliseconds } from '../model/units.ts';
import type { Scenario } from '../scenario/scenario.ts';

/** The load of a soak: nothing, or a scenario that is driven against `baseUrl`. */
export interface LoadOptions {
  readonly scenario: Scenario;
  /** Path of the scenario, or its name where it comes with the tool; a run keeps it with the digest of the text. */
  readonly file: string;
  readonly text: string;
  readonly baseUrl: string;
  readonly users: number | null;
  readonly ratePerSecond: number | null;
}

/**
 * The default number of heap snapshots of a soak: on the command line, in a configuration, in a test.
 *
 * Three intervals with load: what goes up and down by itself (a batch, a generation) rises evenly through two of them by
 * chance once in forty times, through three once in a thousand. Where we drive the load, one more brackets the idle tail.
 */
export const DEFAULT_SNAPSHOTS = { driven: 5, watched: 4 } as const;

/** Everything that a soak needs to know, settled: no defaults are left to find. */
export interface SoakOptions {
  readonly durationMs: Milliseconds;
  readonly load: LoadOptions | null;
  readonly sampleMs: Milliseconds;
  /** Snapshots in all; the first belongs to the baseline, the last to the end. */
  readonly snapshots: number;
  /** Null: what is usual at such a place, less in a pod of Kubernetes. */
  readonly maxPauseMs: Milliseconds | null;
  /** What all pauses of the run may add up to; null or absent: what is usual. */
  readonly pauseBudgetMs?: Milliseconds | null;
  /** Null: scaled to the length of the run. */
  readonly cpuIntervalUs: Microseconds | null;
  readonly cpuWindowMs: Milliseconds | null;
  /** Length of a window with what Clinic Doctor reads; null or absent: none. */
  readonly clinicWindowMs?: Milliseconds | null;
  readonly failOn: readonly GateName[];
  readonly thresholds: readonly Threshold[];
  /** The service's own metrics in Prometheus' format; null: not read. */
  readonly scrapeUrl: string | null;
  /** A PostgreSQL database to watch in addition to the target. It may contain a password, so it is not written anywhere. */
  readonly databaseUrl: string | null;
  /** Subscribe to the HTTP diagnostics channels inside the target, and wrap its database driver. */
  readonly probes: boolean;
  /** Add-ons that take captures instead of the inspector; null or absent: the inspector takes them. */
  readonly cpuAddon?: AddonChoice | null;
  readonly heapAddon?: AddonChoice | null;
  /** Take snapshots even where the estimate forbids them. */
  readonly force: boolean;
  readonly runDir: string;
  readonly runId: string;
}
