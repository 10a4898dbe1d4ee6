import { isOfTasks } from '../analysis/task-requests.ts';
import type { LoadTotals } from '../load/load-messages.ts';
import type { RequestInterval } from '../model/requests.ts';
import type { Milliseconds, Share } from '../model/units.ts';
import { FailedTime } from './failed-time.ts';
import { SilentTime } from './silent-time.ts';

/** A service that was away for more than this share of the load has not been measured. */
export const MOST_AWAY: Share = 0.1;

/** Time in which the service did none of what was asked: every request failed, or requests waited and none was answered. */
export class Outages {
  readonly #failed = new FailedTime();
  readonly #silent = new SilentTime();

  /** Intervals come in order of time, all names of a moment together. */
  add(intervals: readonly RequestInterval[], totals: Pick<LoadTotals, 'startMonoMs' | 'atMonoMs' | 'inFlight'>): void {
    const own = intervals.filter(isOfTasks);
    this.#failed.add(own);
    this.#silent.add(own, totals);
  }

  get failedMs(): Milliseconds {
    return this.#failed.ms;
  }

  get silentMs(): Milliseconds {
    return this.#silent.ms;
  }

  get hasFailedTooLong(): boolean {
    return this.failedMs > MOST_AWAY * this.#failed.wholeMs;
  }

  get wasSilentTooLong(): boolean {
    return this.silentMs > MOST_AWAY * this.#silent.wholeMs;
  }
}
