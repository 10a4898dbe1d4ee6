import type { Check } from '../check.ts';
import { countedCheck } from './counted-check.ts';

/** Timers that are never cleared. Those of requests under way follow the load. */
export const timers: Check = countedCheck('timers', [
  { metric: 'resources.timers', kind: 'timer-leak', leastGain: 20, followsLoad: true },
]);
