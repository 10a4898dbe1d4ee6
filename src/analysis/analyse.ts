import type { CheckId } from '../model/check-id.ts';
import type { Checked, Completeness, Report } from '../model/report.ts';
import { summariseRequests } from '../stats/request-summary.ts';
import { SEEN_FROM_OUTSIDE } from '../words/completeness.ts';
import { findBottlenecks } from './bottlenecks/find-bottlenecks.ts';
import type { FoundDraft } from './check.ts';
import { CHECKS } from './checks/checks.ts';
import { coverageShare } from './completeness/coverage-share.ts';
import { isSeenFromOutside } from './completeness/find-gaps.ts';
import { judgeCompleteness } from './completeness/judge-completeness.ts';
import { withUnmeasured } from './completeness/unmeasured-limits.ts';
import { countRoutes } from './count-routes.ts';
import { crossCheck } from './cross-check.ts';
import { foldFollowers } from './fold-followers.ts';
import { judgeGates, type NamedGate, toGate } from './gates.ts';
import { importedLimits } from './imported-limits.ts';
import { querySummaries } from './queries/query-summaries.ts';
import { rankFindings } from './rank-findings.ts';
import { requestCount } from './requests-of-run.ts';
import type { RunData } from './run-data.ts';
import { type RunView, viewRun } from './run-view.ts';
import { joinSameStatement } from './same-statement.ts';
import { thresholdGates } from './threshold-gates.ts';
import { TrendTable } from './trend-table.ts';
import { exitCodeOf, verdictOf } from './verdict.ts';
import { verifyLine } from './verify-line.ts';

/** A recorded run judged: what was found, what was looked at, what the gates say. Knows nothing but what it is given. */
export function analyse(run: RunData): Report {
  const view = viewRun(run);
  const limits = [...thresholdGates(view), ...importedLimits(run.events)];
  const completeness = withUnmeasured(judgeCompleteness(view), limits, run.manifest.plan.failOn);
  const { drafts, checked } = runChecks(view, limits, completeness);
  const named = crossCheck(joinSameStatement(foldFollowers(drafts, run))).map((draft) => ({
    ...draft,
    verify: verifyLine(view, draft.id),
  }));
  const findings = rankFindings(named);
  const gates = judgeGates(limits, findings, checked, {
    isDriven: run.requests.length > 0,
    isOutside: isSeenFromOutside(view),
  });
  const { failOn } = run.manifest.plan;
  const { bottlenecks, checked: bottlenecksChecked } = findBottlenecks(view, findings);
  return {
    schema: 'profiler-report/1',
    run: runFacts(view),
    verdict: verdictOf(gates, failOn, completeness.missing),
    exitCode: exitCodeOf(gates, failOn, run.events, completeness.missing),
    gates: gates.map(toGate),
    completeness,
    findings: findings.map(({ objects: _, counted: __, ...finding }) => finding),
    checked,
    bottlenecks,
    bottlenecksChecked,
    requests: summariseRequests(run.requests),
    ...routesOf(run.events),
    ...(run.database && { queries: querySummaries(view) }),
  };
}

/** They need data from the Node runtime. For a process of another language, reporting that it is missing is useless. */
const OF_INSIDE: ReadonlySet<CheckId> = new Set([
  'JS heap',
  'external memory',
  'connection pool',
  'pools',
  'timers',
  'queries in a loop',
  'slow queries',
  'event loop',
  'garbage collection',
  'hot functions',
]);

function runChecks(
  view: RunView,
  limits: readonly NamedGate[],
  completeness: Completeness,
): { readonly drafts: readonly FoundDraft[]; readonly checked: readonly Checked[] } {
  const trends = new TrendTable(view);
  const isOutside = isSeenFromOutside(view);
  const drafts: FoundDraft[] = [];
  const checked: Checked[] = [];
  for (const { name, run } of CHECKS) {
    const { findings, status, detail } = run({ ...view, trends, limits, completeness, earlier: [...drafts] });
    drafts.push(...findings.map((draft) => ({ ...draft, foundBy: name })));
    const isUnseen = isOutside && status === 'insufficient-data' && OF_INSIDE.has(name);
    checked.push({ check: name, status, detail: isUnseen ? SEEN_FROM_OUTSIDE : detail });
  }
  return { drafts, checked };
}

function routesOf(events: RunView['run']['events']): Pick<Report, 'routes'> {
  const routes = countRoutes(events);
  return routes.length === 0 ? {} : { routes };
}

function runFacts(view: RunView): Report['run'] {
  const { manifest } = view.run;
  return {
    id: manifest.id,
    startedAt: new Date(manifest.clock.startWallMs).toISOString(),
    durationMs: Math.max(0, view.whole.toMs - view.whole.fromMs),
    requests: requestCount(view),
    coverage: coverageShare(view),
    target: { pid: manifest.target.pid, node: manifest.target.nodeVersion, name: manifest.target.name },
  };
}
