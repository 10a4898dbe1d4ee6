import { formatDuration, type Milliseconds } from '../model/units.ts';
import { figure, percent } from './figures.ts';

/** What got worse in a step: shares that fail in percent, rates per second. */
export const STARVED = {
  failing: (from: number, to: number): string =>
    `${figure(from)} % of the requests failed before and ${figure(to)} % after`,
  hanging: (from: number, to: number): string =>
    `${figure(from)} requests were in flight before and ${figure(to)} after`,
  fewer: (from: number, to: number): string =>
    `${figure(from)} responses per second came before and ${figure(to)} after`,
} as const;

/** `cpuPercent`: of a core, while it waits; null if it was not measured. */
export function starved(fromMs: Milliseconds, steps: readonly string[], cpuPercent: number | null): string {
  const busy = cpuPercent === null ? '' : `, while it uses ${percent(cpuPercent / 100)} of a core`;
  return `From ${formatDuration(fromMs)} on: ${steps.join('; ')}${busy}.`;
}
