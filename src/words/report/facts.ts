import type { ReportDocument } from '../../model/report-document.ts';
import { PROBE_NAME } from '../../model/requests.ts';
import { formatCount, formatDuration } from '../../model/units.ts';
import { NOT_DRIVEN } from '../baseline.ts';
import { formatInstant, percent } from '../figures.ts';
import { code, plural } from '../terms.ts';
import { missedWords } from './missed.ts';

/** The timeline has them all. */
const SHOWN_CAUSES = 2;

/** The two lines under the title: when and on what, then how good the data is. Names between backticks. */
export function runFacts({ report, scenario }: ReportDocument): string[] {
  const { run } = report;
  const startMs = Date.parse(run.startedAt);
  return [
    formatDuration(run.durationMs),
    `${formatInstant(startMs).replace(' UTC', '')} to ${formatInstant(startMs + run.durationMs)}`,
    run.target.pid > 0 ? `pid ${run.target.pid}` : 'outside view only',
    run.target.node === null ? nodeUnknown(run.target.pid) : `node ${run.target.node}`,
    scenario === null ? NOT_DRIVEN : `scenario ${code(scenario)}`,
    [`${formatCount(run.requests)} requests`, ...missedWords(missedOf(report))].join(', '),
  ];
}

/** Nobody asked it, or it is no Node at all. */
function nodeUnknown(pid: number): string {
  return pid > 0 ? 'from outside only' : 'Node version unknown';
}

/** Of the load that we drove, without its probe. */
function missedOf({ requests }: ReportDocument['report']): { readonly dropped: number; readonly aborted: number } {
  const own = requests.filter(({ name }) => name !== PROBE_NAME);
  const sum = (key: 'dropped' | 'aborted'): number => own.reduce((total, request) => total + request[key], 0);
  return { dropped: sum('dropped'), aborted: sum('aborted') };
}

export function dataFacts({ report, timeline, endReason }: ReportDocument): string {
  // If the headline gives the length of gaps, their number adds nothing.
  const gaps = report.completeness ? [] : timeline.filter(({ kind }) => kind === 'gap');
  const restarts = timeline.filter(({ target }) => target === 'back');
  // A plain end says nothing that is not said already.
  const causes = timeline.filter(({ target }) => target === 'lost');
  const longest = Math.max(0, ...gaps.map(({ tSec, endSec }) => endSec - tSec));
  const parts = [`${percent(report.run.coverage)} of the planned samples`];
  if (gaps.length > 0) parts.push(`${plural(gaps.length, 'gap')} (longest ${formatDuration(longest * 1000)})`);
  if (restarts.length > 0) parts.push(plural(restarts.length, 'restart of the service', 'restarts of the service'));
  if (causes.length > 0) parts.push([...new Set(causes.map(({ detail }) => detail))].slice(0, SHOWN_CAUSES).join('; '));
  if (endReason !== 'completed') parts.push(`ended early: ${endReason}`);
  return `${parts.join(', ')}.`;
}

/** `PASSED`, `FAILED`, `INCONCLUSIVE`. */
export function verdictWord({ report }: ReportDocument): string {
  return { pass: 'PASSED', fail: 'FAILED', inconclusive: 'INCONCLUSIVE' }[report.verdict];
}
