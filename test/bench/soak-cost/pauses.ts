import type { RunEvent } from '../../../src/model/run-event.ts';
import type { Milliseconds } from '../../../src/model/units.ts';
import { median } from '../../../src/stats/order-statistics.ts';

/** How long the service was paused for captures of one kind. */
export interface Pause {
  readonly capture: string;
  readonly count: number;
  readonly medianMs: Milliseconds;
  readonly longestMs: Milliseconds;
}

/** From what the recorded run says of its own captures; those that failed are left out. */
export function pausesOf(events: readonly RunEvent[]): Pause[] {
  const byCapture = new Map<string, Milliseconds[]>();
  for (const event of events) {
    if (event.type !== 'capture' || event.error !== null) continue;
    byCapture.set(event.capture, [...(byCapture.get(event.capture) ?? []), event.cost.pauseMs]);
  }
  return [...byCapture].map(([capture, pausesMs]) => ({
    capture,
    count: pausesMs.length,
    medianMs: median(pausesMs),
    longestMs: Math.max(...pausesMs),
  }));
}
