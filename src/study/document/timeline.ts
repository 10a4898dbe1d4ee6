import type { CoverageGap } from '../../model/report.ts';
import type { TimelineEvent } from '../../model/report-document.ts';
import type { RunEvent } from '../../model/run-event.ts';
import { formatBytes, formatDuration, type MonoMs } from '../../model/units.ts';

/**
 * Events of a run as a reader wants them: phases with their ends, captures with what they cost, and what was not seen from
 * when to when. Live sizes are left to the charts.
 */
export function timeline(
  events: readonly RunEvent[],
  startMonoMs: MonoMs,
  gaps: readonly CoverageGap[],
): TimelineEvent[] {
  const toSec = (monoMs: MonoMs): number => Math.max(0, (monoMs - startMonoMs) / 1000);
  const lastMonoMs = events.reduce((last, { monoMs }) => Math.max(last, monoMs), startMonoMs);
  const entries = gaps.map(({ what, fromMs, toMs, reason }) =>
    entry('gap', UNSEEN[what], reason, fromMs / 1000, toMs / 1000),
  );
  for (const event of events) {
    if (event.type === 'phase') {
      if (event.edge === 'end') continue;
      const end = events.find(
        (other) =>
          other.type === 'phase' && other.edge === 'end' && other.phase === event.phase && other.monoMs >= event.monoMs,
      );
      entries.push(entry('phase', event.phase, '', toSec(event.monoMs), toSec(end?.monoMs ?? lastMonoMs)));
    } else if (event.type === 'capture') {
      const { cost, capture, error, bytes } = event;
      const detail = error ?? [event.file, bytes > 0 ? formatBytes(bytes) : null].filter(Boolean).join(', ');
      entries.push({
        ...entry('capture', capture.replace('-', ' '), detail, toSec(cost.startMonoMs), toSec(cost.endMonoMs)),
        pauseMs: cost.pauseMs,
      });
    } else {
      const described = describe(event);
      if (!described) continue;
      // A gap is noticed when it is over.
      const fromMonoMs = event.type === 'gap' ? event.monoMs - event.durationMs : event.monoMs;
      const { kind, label, detail, target } = described;
      const one = entry(kind, label, detail, toSec(fromMonoMs), toSec(event.monoMs));
      entries.push(target ? { ...one, target } : one);
    }
  }
  return entries.sort((a, b) => a.tSec - b.tSec);
}

const UNSEEN: Readonly<Record<CoverageGap['what'], string>> = {
  process: 'no values from outside',
  inside: 'no values from inside',
  cpu: 'no CPU window',
  snapshots: 'outside of all heap snapshots',
  load: 'no load',
};

type Described = Pick<TimelineEvent, 'kind' | 'label' | 'detail' | 'target'>;

function describe(event: Exclude<RunEvent, { type: 'phase' | 'capture' }>): Described | null {
  switch (event.type) {
    case 'live-heap':
    case 'descriptors':
    case 'class-counts':
      return null;
    case 'capture-refused':
      return { kind: 'refused', label: `${event.capture} refused`, detail: event.reason };
    case 'load':
      return { kind: 'load', label: `load ${event.state}`, detail: event.detail };
    case 'target-lost':
      return {
        kind: 'restart',
        label: 'target lost',
        detail: event.reason,
        target: event.isPlainEnd ? 'ended' : 'lost',
      };
    case 'target-back':
      return {
        kind: 'restart',
        label: 'target back',
        detail: `process ${event.pid}, after ${formatDuration(event.afterMs)}`,
        target: 'back',
      };
    case 'inspector-lost':
    case 'inspector-back':
      return { kind: 'restart', label: event.type.replace('-', ' '), detail: event.detail };
    case 'unresponsive':
      return {
        kind: 'error',
        label: event.edge === 'start' ? 'does not answer' : 'answers again',
        detail: event.detail,
      };
    case 'gap':
      return { kind: 'gap', label: `gap of ${formatDuration(event.durationMs)}`, detail: event.reason };
    case 'clock-jump':
      return { kind: 'clock-jump', label: 'wall clock jumped', detail: `by ${formatDuration(event.jumpMs)}` };
    case 'import':
      return { kind: 'note', label: 'import', detail: event.detail };
    case 'note':
    case 'error':
      return { kind: event.type, label: event.type, detail: event.detail };
    case 'end':
      return {
        kind: 'end',
        label: 'end',
        detail: event.detail === '' ? event.reason : `${event.reason}: ${event.detail}`,
      };
  }
}

function entry(
  kind: TimelineEvent['kind'],
  label: string,
  detail: string,
  tSec: number,
  endSec: number,
): TimelineEvent {
  return { tSec, endSec, kind, label, detail, pauseMs: null };
}
