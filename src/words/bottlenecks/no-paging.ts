import { type Bytes, formatBytes, formatDuration, type Milliseconds } from '../../model/units.ts';
import { figure } from '../figures.ts';
import { code } from '../terms.ts';

export const AGAINST = 'The first page also grows while it is not full. A longer run would show which it is.';

export function looked(growing: number, all: number): string {
  return `${growing} of ${all} requests have responses that grow while the load stays the same`;
}

export function title(request: string, from: Bytes, to: Bytes, spanMs: Milliseconds): string {
  return `The responses to ${code(request)} grow from ${formatBytes(from)} to ${formatBytes(to)} in ${formatDuration(spanMs)}: they contain all stored rows, not one page.`;
}

/** Bytes per millisecond. */
export interface SizeTrend {
  readonly slope: number;
  readonly low: number;
  readonly high: number;
  readonly rSquared: number;
}

export function sizeRises({ slope, low, high, rSquared }: SizeTrend): string {
  const aMinute = (perMs: number): string => formatBytes(perMs * 60_000);
  return `The mean size of a response rises by ${aMinute(slope)} per minute under a load that stays the same (95 % interval ${aMinute(low)} to ${aMinute(high)}; R2 ${figure(rSquared)}).`;
}

export function gain(timesAsLarge: number): string {
  return `Time, memory and size of each such response stay level, instead of growing with all that is stored: here to ${figure(timesAsLarge)} times the size in one run.`;
}

export function advice(request: string): string {
  return `Give ${code(request)} a limit with a default (\`limit 100\`) and a cursor for the next page; put the limit into the query, not after it.`;
}

export function check(request: string): string {
  return `In the next run the size of the responses to ${code(request)} should stay level.`;
}
