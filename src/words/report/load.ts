import type { LoadReport } from '../../model/load-report.ts';
import { formatCount, formatDuration } from '../../model/units.ts';
import { figure, formatMs } from '../figures.ts';
import { missedWords } from './missed.ts';

/** Fewer say little: the last requests of a load are cut off by its end. */
const MISSED_SHARE = 0.01;

/** `45 s`, `1,200 offered`, ... */
export function loadTotals(load: LoadReport): string[] {
  const { durationMs, offered, completed, late, generator } = load;
  return [
    formatDuration(durationMs),
    `${formatCount(offered)} offered`,
    `${formatCount(completed)} completed`,
    ...missedWords(load),
    ...(late.count > 0 ? [`${formatCount(late.count)} sent late (at most ${formatMs(late.maxMs)})`] : []),
    `generator at ${figure(generator.cpuPercent)} % of a core`,
  ];
}

export function failureWords({ name, kind, count }: LoadReport['errors'][number]): string {
  return `${formatCount(count)} of ${name} failed: ${kind}`;
}

/** What spoils the figures. */
export function loadWarnings(load: LoadReport): string[] {
  return [
    ...overload(load),
    ...load.limits.map((text) => `The generator was the limit: ${text}.`),
    ...(load.abortedBy === null ? [] : [`Ended early: ${load.abortedBy} was exceeded.`]),
  ];
}

/** Where much was not answered, the percentiles show less than clients would have felt. */
function overload({ offered, dropped, aborted }: LoadReport): string[] {
  if (dropped + aborted <= MISSED_SHARE * offered) return [];
  return [
    `The service did not keep up: ${missedWords({ dropped, aborted }).join(', ')} of ${formatCount(offered)}. Percentiles leave out dropped requests, and count aborted ones with the time that they waited.`,
  ];
}
