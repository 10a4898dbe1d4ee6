import { METRICS, type MetricName } from '../model/metric-catalogue.ts';
import type { RunEvent } from '../model/run-event.ts';
import { formatBytes, formatDuration, type Milliseconds, type Share } from '../model/units.ts';
import { figure, percent } from './figures.ts';

export function atThatTime(atMs: Milliseconds, events: readonly string[]): string {
  return `At that time (${formatDuration(atMs)} into the run): ${events.join('; ')}.`;
}

export function movedWithIt(moved: readonly string[]): string {
  return `These changed too: ${moved.join('; ')}.`;
}

export function movedFigure(metric: MetricName, from: number, to: number): string {
  const { title, unit } = METRICS[metric];
  const words = (value: number): string => (unit === 'bytes' ? formatBytes(value) : figure(value));
  return `${title}: ${words(from)} to ${words(to)}`;
}

export function waitedForCore(after: Share, before: Share): string {
  return `After it the service waited for a core ${percent(after)} of the time, before it ${percent(before)}: other work on the machine may have made it slower.`;
}

export function shortOfCores(share: Share): string {
  return `The service waited for a core ${percent(share)} of the time: on a machine that is this busy, everything takes longer.`;
}

/** Null for an event that does not affect the service. */
export function eventWords(event: RunEvent): string | null {
  switch (event.type) {
    case 'note':
    case 'error':
      return event.detail;
    case 'target-lost':
      return `the service was gone (${event.reason})`;
    case 'target-back':
      return 'the service was started again';
    case 'unresponsive':
      return event.edge === 'start' ? 'the service stopped answering the inspector' : null;
    case 'clock-jump':
      return 'the clock of the machine jumped';
    case 'gap':
      return `no samples for ${formatDuration(event.durationMs)} (${event.reason})`;
    case 'capture':
      if (event.error !== null) return null;
      if (event.capture === 'heap-count') return 'the profiler counted the objects of the heap';
      return event.capture === 'heap-snapshot' ? 'the profiler took a heap snapshot' : null;
    case 'load':
      return event.state === 'lost' ? 'the load process died' : null;
    default:
      return null;
  }
}
