import type { CoverageGap } from '../../model/report.ts';
import type { TimelineEvent } from '../../model/report-document.ts';
import type { RunEvent } from '../../model/run-event.ts';
import { formatDuration } from '../../model/units.ts';

export const UNSEEN: Readonly<Record<CoverageGap['what'], string>> = {
  process: 'no values from outside',
  inside: 'no values from inside',
  cpu: 'no CPU window',
  snapshots: 'outside of all heap snapshots',
  load: 'no load',
};

export type TimelineWords = Pick<TimelineEvent, 'kind' | 'label' | 'detail' | 'target'>;

/** Null for what the charts show. */
export function timelineWords(event: Exclude<RunEvent, { type: 'phase' | 'capture' }>): TimelineWords | null {
  switch (event.type) {
    case 'live-heap':
    case 'descriptors':
    case 'class-counts':
    case 'route-counts':
    case 'worker-threads':
      return null;
    case 'capture-refused':
      return { kind: 'refused', label: `${event.capture} refused`, detail: event.reason };
    case 'load':
      return { kind: 'load', label: `load ${event.state}`, detail: event.detail };
    case 'target-lost':
      return {
        kind: 'restart',
        label: 'service lost',
        detail: event.reason,
        target: event.isPlainEnd ? 'ended' : 'lost',
      };
    case 'target-back':
      return {
        kind: 'restart',
        label: 'service back',
        detail: `process ${event.pid}, after ${formatDuration(event.afterMs)}`,
        target: 'back',
      };
    case 'inspector-lost':
    case 'inspector-back':
      return { kind: 'restart', label: event.type.replace('-', ' '), detail: event.detail };
    case 'unresponsive':
      return {
        kind: 'error',
        label: event.edge === 'start' ? 'does not respond' : 'responds again',
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
