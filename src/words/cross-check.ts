import { formatDuration, type Milliseconds } from '../model/units.ts';
import { figure } from './figures.ts';
import { code } from './terms.ts';

/** Descriptors that rise with threads. */
export function comeWithThreads(each: number): string {
  return `Threads rise meanwhile, and ${figure(each)} of these come with each: a thread that is not ended keeps its descriptors.`;
}

export function endThreadsFirst(threadClass: string, advice: string): string {
  return `End the threads first (${code(threadClass)}). ${advice}`;
}

/** Beside a limit of memory that is far away. */
export function descriptorsSooner(ms: Milliseconds, what: string): string {
  return `Sooner than that, in ${formatDuration(ms)}, the limit of open descriptors is reached: ${what} pile up as well.`;
}

/** What piles up is counted of the process too, and that count does not rise. */
export const NOT_OPEN =
  'The number of those that the process has open or running does not rise with them: they have ended, and their entries stay.';
