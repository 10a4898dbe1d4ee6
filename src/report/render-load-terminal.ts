import type { LoadReport } from '../model/load-report.ts';
import { formatCount } from '../model/units.ts';
import { figure, formatMs } from '../words/figures.ts';
import { failureWords, loadTotals, loadWarnings } from '../words/report/load.ts';
import { gateLine, type TerminalOptions } from './render-terminal.ts';
import { terminalTable } from './terminal-table.ts';
import { type Rendered, sanitise, span, type TerminalLine } from './terminal-text.ts';

const PERCENTILES = ['p50Ms', 'p90Ms', 'p95Ms', 'p99Ms', 'maxMs'] as const;
/** Further kinds of failures are in the JSON. */
const SHOWN_ERRORS = 8;
const FIGURES = ['count', 'errors', 'per s', 'p50', 'p90', 'p95', 'p99', 'max'] as const;

/** What a load measured: percentiles by request from the intended send time, gates, and what spoils the figures. */
export function renderLoadTerminal(load: LoadReport, { colour }: TerminalOptions): Rendered {
  const { requests, errors, gates } = load;
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
    .map((error): TerminalLine => [span(`  ${failureWords(error)}`, 'warn')]);
  const warnings = loadWarnings(load).map((text): TerminalLine => [span(text, 'warn')]);
  const lines: TerminalLine[] = [[span(loadTotals(load).join(' | '), 'dim')], [], ...table, ...failures, ...warnings];
  return sanitise(gates.length === 0 ? lines : [...lines, [], ...gates.map(gateLine)], colour);
}
