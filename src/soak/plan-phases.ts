import type { Milliseconds, Share } from '../model/units.ts';

/** A stop in the steady phase: at this share of it, collect garbage, and take a snapshot where `snapshot` says so. */
export interface Checkpoint {
  readonly atShare: Share;
  readonly snapshot: boolean;
}

/** How a run is filled. The captures themselves come on top: their length is not known beforehand. */
export interface PhasePlan {
  readonly warmUpMs: Milliseconds;
  readonly steadyMs: Milliseconds;
  /** 0 if the load is not ours: nobody can order an idle service. */
  readonly idleTailMs: Milliseconds;
  readonly checkpoints: readonly Checkpoint[];
}

const MINUTE_MS = 60_000;
const LONGEST_WARM_UP_MS = 20 * MINUTE_MS;
const LONGEST_IDLE_TAIL_MS = 30 * MINUTE_MS;
const SHORT_RUN_MS = 15 * MINUTE_MS;
const COLLECTIONS_IN_SHORT_RUN = 8;

/**
 * The phase table: warm-up 1/8 (at most 20 min), baseline, steady, idle tail 1/6 (at most 30 min) where we drive the load.
 *
 * `snapshots` counts all: the first belongs to the baseline, the last to the end of the run, those between stand in
 * the steady phase at equal distances, the last of them at its end, so that every loaded interval carries about the
 * same number of requests and the idle tail is bracketed by two snapshots.
 *
 * A short run sees few major collections of the service own, or none: there the heap is also collected at equal
 * distances, so that the live size has points enough for a trend. A long run lives on the collections that happen.
 */
export function planPhases(durationMs: Milliseconds, snapshots: number, drivesLoad: boolean): PhasePlan {
  const warmUpMs = Math.min(durationMs / 8, LONGEST_WARM_UP_MS);
  const idleTailMs = drivesLoad ? Math.min(durationMs / 6, LONGEST_IDLE_TAIL_MS) : 0;
  const steadyMs = durationMs - warmUpMs - idleTailMs;
  const steadySnapshots = Math.max(0, snapshots - 2);
  const intervals = drivesLoad ? steadySnapshots : steadySnapshots + 1;
  const snapshotShares = Array.from({ length: steadySnapshots }, (_, index) => (index + 1) / intervals);
  const collections = durationMs <= SHORT_RUN_MS ? COLLECTIONS_IN_SHORT_RUN : 0;
  const collectionShares = Array.from({ length: collections }, (_, index) => (index + 1) / collections);
  return { warmUpMs, steadyMs, idleTailMs, checkpoints: mergeCheckpoints(snapshotShares, collectionShares) };
}

function mergeCheckpoints(snapshotShares: readonly Share[], collectionShares: readonly Share[]): Checkpoint[] {
  const collectOnly = collectionShares.filter(
    (share) => !snapshotShares.some((other) => Math.abs(other - share) < 0.06),
  );
  return [
    ...snapshotShares.map((atShare) => ({ atShare, snapshot: true })),
    ...collectOnly.map((atShare) => ({ atShare, snapshot: false })),
  ].sort((a, b) => a.atShare - b.atShare);
}
