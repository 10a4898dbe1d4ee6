import type { Completeness } from '../../model/report.ts';
import type { RunEvent } from '../../model/run-event.ts';
import type { Milliseconds } from '../../model/units.ts';
import * as say from '../../words/completeness.ts';
import type { RunView } from '../run-view.ts';
import { subtract } from '../spans.ts';
import { countSnapshots } from './count-snapshots.ts';
import { findGaps, type Gap, plannedViews, watchedSpan } from './find-gaps.ts';
import { importFaults } from './import-faults.ts';
import { lastRefusal, refusedCaptures } from './refused-captures.ts';
import { requestFaults } from './request-faults.ts';
import { unexaminedWorkers } from './unexamined-workers.ts';

/** A run that was not seen for more than this share of its judged time is no pass. */
const MOST_UNSEEN = 0.1;
/** A run is as long as planned, or longer for its captures. */
const LEAST_LENGTH = 0.9;

/** Did the run end in order, is all there that was written, and was it seen well enough? */
export function judgeCompleteness(view: RunView): Completeness {
  const { run, whole } = view;
  const end = run.events.findLast((event) => event.type === 'end');
  const snapshots = countSnapshots(view, end?.type === 'end' && end.reason === 'completed');
  const gaps = findGaps(view);
  const told = gapWords(view, gaps);
  const load = requestFaults(view);
  const imported = importFaults(run);
  const isTooMuch = unseenShare(view, gaps) > MOST_UNSEEN;
  return {
    missing: [
      ...endFaults(view, end),
      ...(run.losses ?? []),
      ...(isTooMuch ? told : []),
      ...imported.missing,
      ...load.missing,
    ],
    notes: [
      ...unexaminedWorkers(view),
      ...unwatchedCluster(view),
      ...imported.notes,
      ...load.notes,
      ...(isTooMuch ? [] : told),
      ...say.snapshotNotes(snapshots, lastRefusal(view)),
      ...refusedCaptures(view),
      ...notLookedAt(view),
    ],
    gaps: gaps.map(({ what, fromMs, toMs, reason }) => ({
      what,
      fromMs: fromMs - whole.fromMs,
      toMs: toMs - whole.fromMs,
      reason,
    })),
    snapshots,
  };
}

function endFaults({ run, whole }: RunView, end: RunEvent | undefined): string[] {
  if (end?.type !== 'end') return [say.ENDED.unrecorded];
  if (end.reason === 'stopped-by-user') return [say.ENDED.stopped];
  if (end.reason === 'target-lost') return [say.ENDED.targetLost];
  if (end.reason === 'aborted') return [say.ENDED.aborted(end.detail)];
  const lengthMs = whole.toMs - whole.fromMs;
  const { durationMs } = run.manifest.plan;
  return lengthMs >= LEAST_LENGTH * durationMs ? [] : [say.ENDED.early(lengthMs, durationMs)];
}

/** Share of the judged time in which something is missing that counts. */
function unseenShare(view: RunView, gaps: readonly Gap[]): number {
  const watched = watchedSpan(view);
  const wholeMs = watched.toMs - watched.fromMs;
  if (wholeMs <= 0) return 0;
  return (
    (wholeMs -
      lengthOf(
        subtract(
          watched,
          gaps.filter(({ isExcused }) => !isExcused),
        ),
      )) /
    wholeMs
  );
}

/** One for each kind of gap. */
function gapWords(view: RunView, gaps: readonly Gap[]): string[] {
  const kinds = [...new Set(gaps.map(({ what }) => what))];
  const watched = watchedSpan(view);
  return kinds.map((kind) => {
    const own = gaps.filter(({ what }) => what === kind);
    const reason = own.find((gap) => gap.reason !== '')?.reason ?? '';
    return say.gapWords(kind, lengthOf(own), watched.toMs - watched.fromMs, reason);
  });
}

function lengthOf(spans: readonly { readonly fromMs: number; readonly toMs: number }[]): Milliseconds {
  return spans.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0);
}

function unwatchedCluster({ run }: RunView): string[] {
  const { otherClusterWorkers = 0 } = run.manifest;
  return otherClusterWorkers === 0 ? [] : [say.unwatchedCluster(otherClusterWorkers)];
}

/** What was never planned is not a gap, but a reader of a pass should know about it. */
function notLookedAt(view: RunView): string[] {
  const { manifest, samples } = view.run;
  const sides = plannedViews(view);
  const notes: string[] = [];
  if (manifest.plan.views === undefined) notes.push(say.NOT_LOOKED_AT.earlierVersion);
  if (!sides.includes('inside')) return [...notes, say.NOT_LOOKED_AT.inside];
  if (!sides.includes('process')) notes.push(say.NOT_LOOKED_AT.outside);
  if (manifest.plan.snapshots === 0) notes.push(say.NOT_LOOKED_AT.snapshots);
  if (samples.length > 0 && samples.every(({ values }) => values['requests.served'] === undefined))
    notes.push(say.NOT_LOOKED_AT.requests);
  return notes;
}
