import type { SnapshotRecord } from '../model/run-manifest.ts';
import type { Bytes } from '../model/units.ts';

/**
 * Which snapshots to delete so that the rest fits the budget, in the order of deletion. The first and the last always
 * stay: growth is measured between them. Of the others that one goes first without which the remaining ones lie most
 * evenly in time (the smallest gap between its neighbours).
 */
export function pickSnapshotsToDrop(records: readonly SnapshotRecord[], budgetBytes: Bytes): SnapshotRecord[] {
  const kept = records.toSorted((a, b) => a.monoMs - b.monoMs);
  const dropped: SnapshotRecord[] = [];
  let totalBytes = kept.reduce((sum, record) => sum + record.bytes, 0);
  while (totalBytes > budgetBytes && kept.length > 2) {
    const gaps = kept.slice(1, -1).map((_, index) => (kept[index + 2]?.monoMs ?? 0) - (kept[index]?.monoMs ?? 0));
    const [gone] = kept.splice(gaps.indexOf(Math.min(...gaps)) + 1, 1);
    if (!gone) break;
    dropped.push(gone);
    totalBytes -= gone.bytes;
  }
  return dropped;
}
