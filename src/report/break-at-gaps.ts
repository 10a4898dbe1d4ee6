import type { TimelineEvent } from '../model/report-document.ts';

interface Timed {
  readonly tSec: number;
}

/** A point where a line is lifted: nothing was measured there. */
export interface Break extends Timed {
  readonly broken: true;
}

/**
 * Puts a break into a series for every gap and restart of the run, so that no chart draws a line through time that
 * nobody measured. A gap that holds a point of the series is none for this series. Points must be ordered by time.
 */
export function breakAtGaps<P extends Timed>(points: readonly P[], timeline: readonly TimelineEvent[]): (P | Break)[] {
  const breaks = timeline
    .filter(({ kind }) => kind === 'gap' || kind === 'restart')
    .filter(({ tSec, endSec }) => !points.some((point) => point.tSec > tSec && point.tSec < endSec))
    .map(({ tSec, endSec }): Break => ({ tSec: (tSec + endSec) / 2, broken: true }));
  return [...points, ...breaks].sort((a, b) => a.tSec - b.tSec);
}

export function isBreak(point: Timed | Break): point is Break {
  return 'broken' in point;
}
