import type { LoadTotals } from '../load/load-messages.ts';
import type { Milliseconds } from '../model/units.ts';

/** The progress of a load, reported every second. */
export interface LoadStatus {
  readonly elapsedMs: Milliseconds;
  readonly completed: number;
  readonly errors: number;
  readonly inFlight: number;
  /** Arrivals that were not sent. */
  readonly dropped: number;
  readonly users: number;
  /** Completed since the last time. */
  readonly ratePerSecond: number;
}

/** `before`: the totals of the last time; null the first time. */
export function loadStatusOf(totals: LoadTotals, before: LoadTotals | null): LoadStatus {
  const { activeMs, completed, errors, inFlight, dropped, users } = totals;
  const seconds = (activeMs - (before?.activeMs ?? 0)) / 1000;
  const ratePerSecond = seconds > 0 ? (completed - (before?.completed ?? 0)) / seconds : 0;
  return { elapsedMs: activeMs, completed, errors, inFlight, dropped, users, ratePerSecond };
}
