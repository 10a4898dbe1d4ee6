import type { Completeness, CoverageGap } from '../../model/report.ts';
import type { RunEvent } from '../../model/run-event.ts';
import { formatDuration, type Milliseconds } from '../../model/units.ts';
import type { RunView } from '../run-view.ts';
import { subtract } from '../spans.ts';
import { countSnapshots } from './count-snapshots.ts';
import { findGaps, type Gap, plannedViews, watchedSpan } from './find-gaps.ts';
import { requestFaults } from './request-faults.ts';

/** A run that was not seen for more than this share of its judged time is no pass. */
const MOST_UNSEEN = 0.1;
/** A run is as long as planned, or longer for its captures. */
const LEAST_LENGTH = 0.9;

const WHAT: Readonly<Record<CoverageGap['what'], string>> = {
  process: 'values from outside of the process are missing',
  inside: 'values from inside the service are missing',
  cpu: 'CPU windows are missing',
  snapshots: 'growth between heap snapshots is not known',
  load: 'the load is missing',
};

/** Did the run end in order, is all there that was written, and was it seen well enough? */
export function judgeCompleteness(view: RunView): Completeness {
  const { run, whole } = view;
  const end = run.events.findLast((event) => event.type === 'end');
  const snapshots = countSnapshots(view, end?.type === 'end' && end.reason === 'completed');
  const gaps = findGaps(view);
  const told = gapWords(view, gaps);
  const load = requestFaults(view);
  const isTooMuch = unseenShare(view, gaps) > MOST_UNSEEN;
  return {
    missing: [...endFaults(view, end), ...(run.losses ?? []), ...(isTooMuch ? told : []), ...load.missing],
    notes: [...load.notes, ...(isTooMuch ? [] : told), ...snapshotNotes(snapshots), ...notLookedAt(view)],
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
  if (end?.type !== 'end')
    return ['the end of the run is not recorded: the tool was killed, or its record was damaged'];
  if (end.reason === 'stopped-by-user') return ['the run was stopped before its end'];
  if (end.reason === 'target-lost') return ['the service was lost and did not come back'];
  if (end.reason === 'aborted') return [`the recording broke off${end.detail === '' ? '' : `: ${end.detail}`}`];
  const lengthMs = whole.toMs - whole.fromMs;
  const { durationMs } = run.manifest.plan;
  if (lengthMs >= LEAST_LENGTH * durationMs) return [];
  return [`the run lasted ${formatDuration(lengthMs)} of the ${formatDuration(durationMs)} that were planned`];
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

/** `values from inside the service are missing for 31 m 02 s of 48 m 00 s`, one for each kind of gap. */
function gapWords(view: RunView, gaps: readonly Gap[]): string[] {
  const kinds = [...new Set(gaps.map(({ what }) => what))];
  const watched = watchedSpan(view);
  return kinds.map((kind) => {
    const own = gaps.filter(({ what }) => what === kind);
    const reason = own.find((gap) => gap.reason !== '')?.reason ?? '';
    const missing = `${formatDuration(lengthOf(own))} of ${formatDuration(watched.toMs - watched.fromMs)}`;
    return `${WHAT[kind]} for ${missing}${reason === '' ? '' : ` (${reason})`}`;
  });
}

function lengthOf(spans: readonly { readonly fromMs: number; readonly toMs: number }[]): Milliseconds {
  return spans.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0);
}

function snapshotNotes({ planned, refused, failed }: Completeness['snapshots']): string[] {
  return [
    ...(failed > 0 ? [`${failed} of ${planned} heap snapshots failed`] : []),
    ...(refused > 0 ? [`${refused} of ${planned} heap snapshots were refused`] : []),
  ];
}

/** What was never planned is no gap, but whoever reads a pass should know of it. */
function notLookedAt(view: RunView): string[] {
  const { manifest, samples } = view.run;
  const sides = plannedViews(view);
  const notes: string[] = [];
  if (manifest.plan.views === undefined)
    notes.push('recorded by an earlier version: whether lines are missing cannot be told for sure');
  if (!sides.includes('inside')) return [...notes, 'the inside of the service was not looked at'];
  if (!sides.includes('process')) notes.push('the process was not looked at from outside');
  if (manifest.plan.snapshots === 0) notes.push('no heap snapshots were planned');
  if (samples.length > 0 && samples.every(({ values }) => values['requests.served'] === undefined))
    notes.push('requests were not counted inside the service');
  return notes;
}
