import { formatCount, formatDuration, type Milliseconds, type Share } from '../../model/units.ts';
import { figure, percent, perRequestWords, rateWords } from '../figures.ts';
import { capital, code } from '../terms.ts';
import { type Rest, restWords } from '../trend.ts';

export type CountedMetric =
  | `process.fds.${'file' | 'pipe' | 'anon' | 'other' | 'socket'}`
  | 'process.threads'
  | 'resources.timers';

/** What is counted rather than weighed: one of it, and several. */
export const COUNTED: Readonly<Record<CountedMetric, readonly [one: string, several: string]>> = {
  'process.fds.file': ['open file', 'open files'],
  'process.fds.pipe': ['open pipe', 'open pipes'],
  'process.fds.anon': ['epoll or event descriptor', 'epoll and event descriptors'],
  'process.fds.other': ['open device or directory', 'open devices and directories'],
  'process.fds.socket': ['socket', 'sockets'],
  'process.threads': ['thread', 'threads'],
  'resources.timers': ['timer', 'timers'],
};

export const TOO_FEW_SAMPLES = 'too few samples in this run for a trend';
export const NO_REST = 'The run had no time without requests, in which what is in use would have been released.';

/** A line through a series of counts: growth per millisecond over `span` milliseconds. */
export interface CountedLine {
  readonly slope: number;
  readonly low: number;
  readonly high: number;
  readonly span: Milliseconds;
  readonly rSquared: number;
}

export function smallest(slope: number, span: Milliseconds): string {
  return `smallest leak this run could detect: ${rateWords(slope, span)}`;
}

export function resting(rest: Rest, least: number, most: number): string {
  return `${restWords(rest)} (between ${formatCount(least)} and ${formatCount(most)})`;
}

export function releasedAtTheEnd(gained: number): string {
  return `rose with the load by ${figure(gained)} and was released when it ended`;
}

export function rising(slope: number, span: Milliseconds): string {
  return `rise by ${rateWords(slope, span)}`;
}

export function partOfFinding(detail: string): string {
  return `part of a finding above; ${detail}`;
}

/** `perRequest` null: it grows with time. */
export function countedTitle(
  metric: CountedMetric,
  { slope, span }: CountedLine,
  perRequest: number | null,
  target: string | null,
): string {
  const rate = perRequest === null ? rateWords(slope, span) : perRequestWords(perRequest);
  const to = target === null ? '' : ` (${code(target)})`;
  return `${capital(COUNTED[metric][1])} pile up${to}: ${rate}, and they stay open.`;
}

export function numberRises({ slope, low, high, span }: CountedLine, gained: number): string {
  const interval = `${rateWords(low, span)} to ${rateWords(high, span)}`;
  return `The number rises by ${rateWords(slope, span)} (95 % interval ${interval}), ${figure(gained)} in this run.`;
}

/** `1.00 open file per request (R2 0.99): 917 more after 917 requests.` */
export function risesWithRequests(
  metric: CountedMetric,
  { rSquared }: CountedLine,
  perRequest: number,
  { gained, requests }: { readonly gained: number; readonly requests: number },
): string {
  const each =
    perRequest >= 0.1 ? `${perRequest.toFixed(2)} ${COUNTED[metric][0]} per request` : perRequestWords(perRequest);
  return `${capital(each)} (R2 ${figure(rSquared)}): ${formatCount(Math.round(gained))} more after ${formatCount(requests)} requests.`;
}

export function mostPointTo(pattern: string, count: number): string {
  return `Most of them point to ${code(pattern)} (${formatCount(count)}).`;
}

export function stillOpen(left: number, afterMs: Milliseconds): string {
  return `At the end of the time without requests, ${formatDuration(afterMs)} after the last one, ${formatCount(Math.round(left))} were still open.`;
}

export function limitReached(most: number, inMs: Milliseconds): string {
  return `The limit of open descriptors (${formatCount(most)}) is reached in ${formatDuration(inMs)}.`;
}

export function partlyReleased(share: Share): string {
  return `${percent(share)} of them were released when the load ended.`;
}

export function holderOf(metric: CountedMetric): string {
  return `${COUNTED[metric][1]} of the process`;
}
