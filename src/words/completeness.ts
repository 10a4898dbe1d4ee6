import type { AnswerKind, Completeness, CoverageGap, Report } from '../model/report.ts';
import type { RefusedCapture, RouteCount } from '../model/run-event.ts';
import { formatCount, formatDuration, type Milliseconds, type Share } from '../model/units.ts';
import { percent } from './figures.ts';
import { code, plural } from './terms.ts';

/** How the run ended, where it did not end as planned. */
export const ENDED = {
  unrecorded: 'the end of the run is not recorded: the tool was killed, or its record was damaged',
  stopped: 'the run was stopped before its end',
  targetLost: 'the service was lost and did not come back',
  aborted: (detail: string): string => `the recording stopped early${detail === '' ? '' : `: ${detail}`}`,
  early: (lastedMs: Milliseconds, plannedMs: Milliseconds): string =>
    `the run lasted ${formatDuration(lastedMs)} of the ${formatDuration(plannedMs)} that were planned`,
} as const;

const MISSING: Readonly<Record<CoverageGap['what'], string>> = {
  process: 'values from outside the process are missing',
  inside: 'values from inside the service are missing',
  cpu: 'CPU windows are missing',
  snapshots: 'growth between heap snapshots is not known',
  load: 'the load is missing',
};

/** `values from inside the service are missing for 31 m 02 s of 48 m 00 s (reason)`. */
export function gapWords(
  what: CoverageGap['what'],
  missingMs: Milliseconds,
  ofMs: Milliseconds,
  reason: string,
): string {
  const missing = `${formatDuration(missingMs)} of ${formatDuration(ofMs)}`;
  return `${MISSING[what]} for ${missing}${reason === '' ? '' : ` (${reason})`}`;
}

/** Why something is missing. */
export const GAP_REASON = {
  windowLost: 'the window that was being recorded was lost with the connection to the service',
  unanswered: 'requests waited and none was answered',
  unrecorded: 'no requests are recorded for this time',
  unresponsive: (detail: string): string => `the service did not respond: ${detail}`,
} as const;

/** `reason`: of the last refusal. */
export function snapshotNotes({ planned, refused, failed }: Completeness['snapshots'], reason: string): string[] {
  return [
    ...(failed > 0 ? [`${failed} of ${planned} heap snapshots failed`] : []),
    ...(refused > 0
      ? [`${refused} of ${planned} heap snapshots were refused${reason === '' ? '' : ` (${reason})`}`]
      : []),
  ];
}

const REFUSED: Readonly<Partial<Record<RefusedCapture, string>>> = {
  'heap-profile': 'readings of the allocations',
  'collect-garbage': 'forced collections',
  'class-counts': 'counts of classes',
};

/** Null for what is reported elsewhere, or says nothing about leaks. */
export function refusedWords(capture: RefusedCapture, times: number): string | null {
  const what = REFUSED[capture];
  return what === undefined ? null : `${what} (${times})`;
}

export function capturesRefused(what: readonly string[], reason: string): string {
  return `captures were refused, so that the service was not paused for longer: ${what.join(', ')}; the last one: ${reason}`;
}

/** A load of ours goes to all of them. */
export function unwatchedCluster(others: number): string {
  return others === 1
    ? 'the other worker of the cluster was not watched: what leaks or slows down there alone is not seen'
    : `the ${others} other workers of the cluster were not watched: what leaks or slows down there alone is not seen`;
}

/** For a check that needs data from the runtime of the service. */
export const SEEN_FROM_OUTSIDE = 'not seen: the process was observed from outside only';

/** What was never planned. */
export const NOT_LOOKED_AT = {
  earlierVersion: 'recorded by an earlier version: it cannot be checked whether lines are missing',
  inside: 'nothing was recorded inside the service',
  outside: 'the process was not observed from outside',
  snapshots: 'no heap snapshots were planned',
  requests: 'requests were not counted inside the service',
} as const;

export const NOBODY_CONNECTED =
  'no connection to the service was seen: it listens, but not for HTTP/1, so its requests are not counted';

export function fewRequests(seen: number, least: number): string {
  return `only ${seen === 1 ? '1 request was' : `${seen} requests were`} seen: at least ${least} are needed to see a leak`;
}

export const NO_REQUESTS = 'no requests were seen';

/** `opened` connections came, at most `open` of them at once. */
export function onlyConnections(opened: number, open: number): string {
  return `almost no HTTP requests were seen, but at least ${formatCount(opened)} client connections were opened (up to ${formatCount(open)} at once), as with WebSockets: what they send is not counted, so growth is judged over time`;
}

export function onlyOpen(open: number): string {
  return `no requests were seen; ${open === 1 ? '1 connection of a client was' : `${formatCount(open)} connections of clients were`} open, but what is sent on connections that stay open (WebSockets) is not counted`;
}

export function allFailed(errors: number, count: number): string {
  return count === errors ? 'every request failed' : `nearly every request failed (${errors} of ${count})`;
}

export function allButProbesFailed(errors: number, count: number): string {
  return `${allFailed(errors, count)}, but for those of health checks`;
}

export function requestFailed(name: string, errors: number, count: number): string {
  return `request ${code(name)} failed in ${formatCount(errors)} of ${formatCount(count)} cases, so it was not tested`;
}

export function requestNeverSent(name: string): string {
  return `request ${code(name)} of the scenario was never sent, so it was not tested: run longer, or raise its weight`;
}

/** `most`: the most frequent failures; null where their kinds are not known. */
export function someFailed(share: Share, most: string | null): string {
  return `${percent(share)} of the requests failed${most === null ? '' : `: ${most}`}`;
}

export function failuresRose(before: Share, later: Share): string {
  return `the share of failed requests rose from ${percent(before)} to ${percent(later)}: the work that they should have done was not tested`;
}

export function someServerErrors(share: Share, routes: string): string {
  return `${percent(share)} of the requests were answered with a status of 500 or more: ${routes}`;
}

/** Not a fault of the service, as far as can be judged without knowing what was asked. */
export function someRefused(share: Share, routes: string): string {
  return `${percent(share)} of the requests were answered with a status from 400 to 499: ${routes}`;
}

/** The routes with most failures, by what counts as one. */
export function failedRoutes(routes: readonly RouteCount[], failuresOf: (route: RouteCount) => number): string {
  return routes
    .map((one) => ({ ...one, failures: failuresOf(one) }))
    .filter(({ failures }) => failures > 0)
    .sort((a, b) => b.failures - a.failures)
    .slice(0, 3)
    .map(({ route, begun, failures }) => `${code(route)} (${formatCount(failures)} of ${formatCount(begun)})`)
    .join(', ');
}

export function someUnanswered(count: number, asked: number): string {
  return `${formatCount(count)} of ${formatCount(asked)} requests were never answered`;
}

export function someDropped(dropped: number, planned: number): string {
  return `${formatCount(dropped)} of ${formatCount(planned)} planned requests were dropped: the load could not send them`;
}

/** What the answers of a request were. */
export const ANSWERS: Readonly<Record<AnswerKind, string>> = {
  redirect: 'redirects',
  empty: 'empty bodies',
  JSON: 'JSON',
  other: 'bodies that are not JSON',
};

export function answersChanged(name: string, was: AnswerKind, is: AnswerKind): string {
  return `request ${code(name)} was answered with ${ANSWERS[was]} at first and with ${ANSWERS[is]} later: the service no longer ran the same code`;
}

export function mostlyRedirects(share: Share): string {
  return `${percent(share)} of the responses were redirects, which the load does not follow: check its login`;
}

/** `to`: the address that was asked; empty if unknown. */
export function notReached(reached: number, sent: number, to: string): string {
  const count = reached === 0 ? 'none' : `only ${formatCount(reached)}`;
  return `${count} of the ${formatCount(sent)} requests that were sent${to === '' ? '' : ` to ${to}`} reached the service that was watched: give the address of that service (--url)`;
}

export function partReached(share: Share): string {
  return `only ${percent(share)} of the requests reached the watched process`;
}

export function limitUnmeasured(name: string, limit: string): string {
  return `the threshold ${name} ${limit} was not measured in this run`;
}

export function importLost(reason: string): string {
  return `the imported results are not whole (${reason}): how many requests are missing is not known`;
}

export function importUnusable(unusable: number, all: number): string {
  return `${formatCount(unusable)} of ${formatCount(all)} imported results could not be used`;
}

export function importLeftOut(leftOut: number, all: number): string {
  return `${formatCount(leftOut)} of ${formatCount(all)} imported results lie outside of the run and were left out`;
}

/** Why a run did not pass though nothing failed it: what is missing of it, else the gates that it cannot judge. */
export function whyNoPass({ verdict, gates, completeness }: Report): readonly string[] {
  const missing = completeness?.missing ?? [];
  if (missing.length > 0 || verdict !== 'inconclusive') return missing;
  return gates.filter(({ status }) => status === 'unknown').map(({ name }) => `not enough data to judge ${name}`);
}

export function importQuiet(quietMs: Milliseconds, wholeMs: Milliseconds): string {
  return `in ${formatDuration(quietMs)} of the ${formatDuration(wholeMs)} of the imported load there was no request: the load paused, or the clocks of its parts differ`;
}

/** How much of the run was seen. */
export function coverageWords(seen: Share, ofMs: Milliseconds, gaps: number, restarts: number): string[] {
  return [
    `${percent(seen)} of the samples planned in ${formatDuration(ofMs)}`,
    ...(gaps > 0 ? [plural(gaps, 'gap')] : []),
    ...(restarts > 0 ? [plural(restarts, 'restart of the service', 'restarts of the service')] : []),
  ];
}

/** Why a figure of the load cannot be judged. `what`: the figure. */
export const UNJUDGED = {
  notDriven: (what: string): string => `${what} is known only where the profiler drives the load`,
  noneCompleted: (what: string): string => `${what} is not known: no request was completed`,
  tooFew: (what: string): string => `too few intervals with requests to judge ${what}`,
} as const;
