import type { Completeness } from '../../model/report.ts';
import type { RunView } from '../run-view.ts';
import { plannedViews } from './find-gaps.ts';

/** What became of the snapshots that were planned. In a run that reached its end, every snapshot without a record failed. */
export function countSnapshots(view: RunView, reachedEnd: boolean): Completeness['snapshots'] {
  const { manifest, events } = view.run;
  const planned = plannedViews(view).includes('inside') ? manifest.plan.snapshots : 0;
  const tries = events.filter((event) => event.type === 'capture' && event.capture === 'heap-snapshot');
  const failures = tries.filter((event) => event.type === 'capture' && event.error !== null).length;
  const taken = Math.max(manifest.snapshots.length, tries.length - failures);
  const refused = events.filter(
    (event) => event.type === 'capture-refused' && event.capture === 'heap-snapshot',
  ).length;
  const failed = reachedEnd ? Math.max(0, planned - taken - refused) : failures;
  return { planned, taken, refused, failed };
}
