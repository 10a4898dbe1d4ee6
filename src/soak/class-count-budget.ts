import { formatDuration, type Milliseconds } from '../model/units.ts';

export interface ClassCountFacts {
  /** What the next count will pause the service for: as the last one did, or as is estimated. */
  readonly pauseMs: Milliseconds;
  /** Since the last count; null before the first. */
  readonly sinceLastMs: Milliseconds | null;
  /** Length of the whole run. */
  readonly plannedMs: Milliseconds;
  /** Share of the time in which the event loop was busy lately; null if unknown. */
  readonly busyShare: number | null;
  /** The package by which the service sheds load when its event loop is late; null if none is seen. */
  readonly shedder: string | null;
}

/** The largest share of the time that may be paused for counts. */
const MOST_OF_TIME = 0.02;
/** One count shows no growth: before the first, two must fit. */
const COUNTS_NEEDED = 2;
/** Where little time is left, what waits behind a pause is not worked off soon. */
const MOST_BUSY = 0.7;
/** Below the limits that such packages come with: 42 ms and 70 ms. */
const UNNOTICED_MS = 40;

/**
 * Why the classes are not counted now, where requests that are not ours would wait meanwhile; null if they may be. It is
 * the longest pause of all captures but snapshots, and growth by class needs two of them, far apart.
 */
export function refuseClassCount(facts: ClassCountFacts): string | null {
  const { pauseMs, sinceLastMs, plannedMs, busyShare, shedder } = facts;
  const pause = `it would pause the service for about ${formatDuration(pauseMs)}`;
  if (shedder !== null && pauseMs > UNNOTICED_MS)
    return `${pause}, and ${shedder} answers 503 while the event loop is late`;
  if (busyShare !== null && busyShare > MOST_BUSY)
    return `${pause}, and its event loop is busy for ${Math.round(100 * busyShare)} % of the time`;
  const spanMs = sinceLastMs ?? plannedMs / COUNTS_NEEDED;
  if (pauseMs <= MOST_OF_TIME * spanMs) return null;
  return sinceLastMs === null
    ? `${pause}, too long for a run of ${formatDuration(plannedMs)}`
    : `${pause}, and the last count is ${formatDuration(sinceLastMs)} ago`;
}
