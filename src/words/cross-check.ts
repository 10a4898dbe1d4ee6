import { formatDuration, type Milliseconds } from '../model/units.ts';
import { figure } from './figures.ts';
import { code } from './terms.ts';

/** `each`: how many descriptors come with a thread. */
export function comeWithThreads(each: number): string {
  return `Threads rise meanwhile, and ${figure(each)} of these come with each: a thread that is not ended keeps its descriptors.`;
}

export function threadsFirst(threadClass: string, advice: string): string {
  return `End the threads first (${code(threadClass)}). ${advice}`;
}

export function soonerLimit(inMs: Milliseconds, what: string): string {
  return `Sooner than that, in ${formatDuration(inMs)}, the limit of open descriptors is reached: ${what} pile up as well.`;
}
