import type { ReportDocument } from '../model/report-document.ts';
import { formatCount, formatDuration } from '../model/units.ts';
import { formatInstant, formatPercent } from './numbers.ts';
import { code, plural } from './prose.ts';

/** The two lines under the title: when and on what, then how good the data is. Names between backticks. */
export function runFacts({ report, scenario }: ReportDocument): string[] {
  const { run } = report;
  const startMs = Date.parse(run.startedAt);
  return [
    formatDuration(run.durationMs),
    `${formatInstant(startMs).replace(' UTC', '')} to ${formatInstant(startMs + run.durationMs)}`,
    run.target.pid > 0 ? `pid ${run.target.pid}` : 'outside view only',
    run.target.node === null ? 'Node version unknown' : `node ${run.target.node}`,
    scenario === null ? 'load not driven by the profiler' : `scenario ${code(scenario)}`,
    `${formatCount(run.requests)} requests`,
  ];
}

/** As the timeline calls the end of one life of the service. */
const TARGET_LOST = 'target lost';

export function dataFacts({ report, timeline, endReason }: ReportDocument): string {
  const { completeness } = report;
  // Where gaps are told with their length in the headline, their number says nothing more.
  const gaps = completeness ? [] : timeline.filter(({ kind }) => kind === 'gap');
  const restarts = timeline.filter(({ kind, label }) => kind === 'restart' && label === TARGET_LOST);
  const longest = Math.max(0, ...gaps.map(({ tSec, endSec }) => endSec - tSec));
  const parts = [`${formatPercent(report.run.coverage)} of the planned samples`];
  if (gaps.length > 0) parts.push(`${plural(gaps.length, 'gap')} (longest ${formatDuration(longest * 1000)})`);
  if (restarts.length > 0) parts.push(plural(restarts.length, 'restart of the target', 'restarts of the target'));
  if (endReason !== 'completed') parts.push(`ended early: ${endReason}`);
  return `${parts.join(', ')}.`;
}

/** `PASSED`, `FAILED`, `INCONCLUSIVE`. */
export function verdictWord({ report }: ReportDocument): string {
  return { pass: 'PASSED', fail: 'FAILED', inconclusive: 'INCONCLUSIVE' }[report.verdict];
}
