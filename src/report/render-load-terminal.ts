import type { LoadReport } from '../model/load-report.ts';
import { formatCount, formatDuration } from '../model/units.ts';
import { figure, formatMs } from '../words/figures.ts';
import { missedWords } from '../words/report/missed.ts';
import { gateLine, type TerminalOptions } from './render-terminal.ts';
import { terminalTable } from './terminal-table.ts';
import { type Rendered, sanitise, span, type TerminalLine } from './terminal-text.ts';

const PERCENTILES = ['p50Ms', 'p90Ms', 'p95Ms', 'p99Ms', 'maxMs'] as const;
/** Fewer say little: the last requests of a load are cut off by its end. */
const MISSED_SHARE = 0.01;
/** Kinds of failures beyond these stand in the JSON. */
const SHOWN_ERRORS = 8;
const FIGURES = ['count', 'errors', 'per s', 'p50', 'p90', 'p95', 'p99', 'max'] as const;

/** What a load measured: percentiles by request from the intended send time, gates, and what spoils the figures. */
export function renderLoadTerminal(load: LoadReport, { colour }: TerminalOptions): Rendered {
  const { durationMs, offered, completed, late, requests, errors, gates, limits, abortedBy, generator } = load;
  const totals = [
    formatDuration(durationMs),
    `${formatCount(offered)} offered`,
    `${formatCount(completed)} completed`,
    ...missedWords(load),
    ...(late.count > 0 ? [`${formatCount(late.count)} sent late (at most ${formatMs(late.maxMs)})`] : []),
    `generator at ${figure(generator.cpuPercent)} % of a core`,
  ];
  const table = terminalTable(
    [{ head: 'request', maxWidth: 40 }, ...FIGURES.map((head) => ({ head, align: 'right' as const }))],
    requests.map((request) => [
      request.name,
      formatCount(request.count),
      formatCount(request.errors),
      figure(request.ratePerSecond),
      ...PERCENTILES.map((key) => formatMs(request[key])),
    ]),
  );
  const failures = errors
    .slice(0, SHOWN_ERRORS)
    .map(({ name, kind, count }): TerminalLine => [span(`  ${formatCount(count)} of ${name} failed: ${kind}`, 'warn')]);
  const warnings = [
    ...overload(load),
    ...limits.map((text) => `The generator was the limit: ${text}.`),
    ...(abortedBy === null ? [] : [`Ended early: ${abortedBy} did not hold.`]),
  ].map((text): TerminalLine => [span(text, 'warn')]);
  const lines: TerminalLine[] = [[span(totals.join(' | '), 'dim')], [], ...table, ...failures, ...warnings];
  return sanitise(gates.length === 0 ? lines : [...lines, [], ...gates.map(gateLine)], colour);
}

/** Where much was not answered, the percentiles show less than clients would have felt. */
function overload({ offered, dropped, aborted }: LoadReport): string[] {
  if (dropped + aborted <= MISSED_SHARE * offered) return [];
  return [
    `The service did not keep up: ${missedWords({ dropped, aborted }).join(', ')} of ${formatCount(offered)}. Dropped requests are in no percentile, aborted ones with the time that they waited.`,
  ];
}
