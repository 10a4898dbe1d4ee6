import type { Milliseconds } from '../../model/units.ts';
import { rateWords } from '../figures.ts';

export const DELAY = 'The event-loop delay (99th percentile)';
export const TOO_FEW = 'the event loop has too few samples for a trend';

export function takenFromCore(slopePerMs: number, spanMs: Milliseconds): string {
  return `The scheduler took the core away from the service more and more often: involuntary context switches per second rise by ${rateWords(slopePerMs, spanMs)}. Other work on the machine, or more threads of the service, may cause the delay.`;
}
