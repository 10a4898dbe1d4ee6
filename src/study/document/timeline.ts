import type { CoverageGap } from '../../model/report.ts';
import type { TimelineEvent } from '../../model/report-document.ts';
import type { RunEvent } from '../../model/run-event.ts';
import { formatBytes, type MonoMs } from '../../model/units.ts';
import { timelineWords, UNSEEN } from '../../words/report/timeline.ts';

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
      const described = timelineWords(event);
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

function entry(
  kind: TimelineEvent['kind'],
  label: string,
  detail: string,
  tSec: number,
  endSec: number,
): TimelineEvent {
  return { tSec, endSec, kind, label, detail, pauseMs: null };
}
