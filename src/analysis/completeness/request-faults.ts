import type { RequestInterval } from '../../model/requests.ts';
import type { RouteCount } from '../../model/run-event.ts';
import * as say from '../../words/completeness.ts';
import { errorWords } from '../../words/failures.ts';
import { countRoutes, isOfProbes, routesBetween, serverErrorsOf } from '../count-routes.ts';
import { LEAST_GAIN } from '../heap/judge-suspect.ts';
import { leftUnanswered, RequestMeasures } from '../request-measures.ts';
import type { RunView } from '../run-view.ts';
import { countTasks, countTasksByName, haveNearlyAllFailed, isOfTasks, type TaskCounts } from '../task-requests.ts';
import { answerNotes } from './answer-notes.ts';
import { watchedSpan } from './find-gaps.ts';
import { clientsSeen, isNobodyConnected, loadReach, requestsSeen } from './requests-seen.ts';

/** From this share on, a reader of a pass should know that requests fail. */
const TOLD_SHARE = 0.01;
/** A task that was asked less often may have failed by chance. */
const LEAST_ASKED = 10;

/** A leak shows as this many objects that stay. Most leaks keep one per request. */
const LEAST_SEEN = LEAST_GAIN;

/** What of the load was not done: without it, the rest says little. In sentences. */
export interface RequestFaults {
  readonly missing: readonly string[];
  readonly notes: readonly string[];
}

export function requestFaults(view: RunView): RequestFaults {
  const seen = requestsSeen(view);
  const isWatched = view.run.manifest.plan.load !== 'scenario' && view.run.requests.length === 0;
  const clients = isWatched && seen !== null && seen < LEAST_SEEN ? clientsSeen(view) : { open: 0, opened: 0 };
  if (clients.opened >= LEAST_SEEN) return { missing: [], notes: [say.onlyConnections(clients.opened, clients.open)] };
  if (seen === 0) return { missing: [clients.open > 0 ? say.onlyOpen(clients.open) : say.NO_REQUESTS], notes: [] };
  if (seen === null && isNobodyConnected(view)) return { missing: [say.NOBODY_CONNECTED], notes: [] };
  if (seen !== null && seen < LEAST_SEEN && view.run.manifest.plan.failOn.includes('leak'))
    return { missing: [say.fewRequests(seen, LEAST_SEEN)], notes: [] };
  const { fromMs } = watchedSpan(view);
  const intervals = view.run.requests.filter(({ endMonoMs }) => endMonoMs > fromMs);
  const reach = loadReach(view);
  const failures = view.run.requests.length === 0 ? routeFaults(view) : failureFaults(intervals);
  const dropped = droppedFaults(intervals, view.run.thresholds);
  const unsent = neverSent(view).map(say.requestNeverSent);
  return {
    missing: [...failures.missing, ...dropped.missing, ...unsent, ...reach.missing],
    notes: [...failures.notes, ...dropped.notes, ...reach.notes],
  };
}

/**
 * Of traffic that is watched, by the statuses that the service gave. A caller that asks for what is not there is answered
 * with an error rightly, so a single route that fails is only told.
 */
function routeFaults({ run }: RunView): RequestFaults {
  const routes = countRoutes(run.events);
  const { count, errors } = sumOfRoutes(routes);
  if (haveNearlyAllFailed({ count, errors })) return { missing: [say.allFailed(errors, count)], notes: [] };
  // A probe that is answered while everything else fails is no traffic.
  const asked = sumOfRoutes(routes.filter(({ route }) => !isOfProbes(route)));
  if (asked.count >= LEAST_ASKED && haveNearlyAllFailed(asked))
    return { missing: [say.allButProbesFailed(asked.errors, asked.count)], notes: [] };
  if (errors < TOLD_SHARE * count || errors === 0) return { missing: [], notes: [] };
  return { missing: failuresRose(routesBetween(run.events).map(sumOfRoutes)), notes: statusNotes(routes) };
}

/** An answer of 404 or 409 is mostly right; one of 500 never is. Earlier versions counted them together. */
function statusNotes(routes: readonly RouteCount[]): string[] {
  const kinds = routes.some(({ serverErrors }) => serverErrors !== undefined)
    ? [
        { words: say.someServerErrors, failuresOf: serverErrorsOf },
        { words: say.someRefused, failuresOf: (one: RouteCount) => one.failed - serverErrorsOf(one) },
      ]
    : [{ words: say.someFailed, failuresOf: ({ failed }: RouteCount) => failed }];
  const { count } = sumOfRoutes(routes);
  return kinds.flatMap(({ words, failuresOf }) => {
    const failures = routes.reduce((sum, one) => sum + failuresOf(one), 0);
    return failures > 0 && failures >= TOLD_SHARE * count
      ? [words(failures / count, say.failedRoutes(routes, failuresOf))]
      : [];
  });
}

/**
 * In points of a share: a service that breaks in the middle is no pass. Their course is known from one look at the heap to
 * the next alone.
 */
const MOST_RISE = 0.2;

function failuresRose(parts: readonly TaskCounts[]): string[] {
  const shares = parts.filter(({ count }) => count >= LEAST_SEEN).map(({ count, errors }) => errors / count);
  const [first = 0] = shares;
  const most = Math.max(first, ...shares);
  return most - first >= MOST_RISE ? [say.failuresRose(first, most)] : [];
}

function sumOfRoutes(routes: readonly RouteCount[]): TaskCounts {
  return {
    count: routes.reduce((sum, { begun }) => sum + begun, 0),
    errors: routes.reduce((sum, { failed }) => sum + failed, 0),
  };
}

/** Tasks of the scenario that were not asked once: too rare for a run of this length. */
function neverSent({ run }: RunView): string[] {
  const { plan, scenario } = run.manifest;
  if (plan.load !== 'scenario' || scenario === null) return [];
  const sent = new Set(run.requests.map(({ name }) => name));
  return taskNames(scenario.text).filter((name) => !sent.has(name));
}

/**
 * Of the outline that a run holds. Earlier versions kept the file as it was, and stages may have tasks of their own: then
 * nothing is asked.
 */
function taskNames(text: string): string[] {
  try {
    const { load, tasks } = JSON.parse(text) as Outline;
    if (load.stages?.some((stage) => stage.tasks !== undefined)) return [];
    return tasks.map(({ request }) => request.name).filter((name) => typeof name === 'string');
  } catch {
    return [];
  }
}

interface Outline {
  readonly load: { readonly stages?: readonly { readonly tasks?: unknown }[] };
  readonly tasks: readonly { readonly request: { readonly name: string } }[];
}

function failureFaults(intervals: readonly RequestInterval[]): RequestFaults {
  const tasks = countTasks(intervals);
  const { count, errors } = tasks;
  if (haveNearlyAllFailed(tasks)) {
    return { missing: [say.allFailed(errors, count)], notes: [] };
  }
  const failed = [...countTasksByName(intervals)].filter(([, own]) => haveNearlyAllFailed(own));
  const missing = failed
    .filter(([, own]) => own.count >= LEAST_ASKED)
    .map(([name, own]) => say.requestFailed(name, own.errors, own.count));
  const told = errors >= TOLD_SHARE * Math.max(1, count);
  const notes = told ? [say.someFailed(errors / count, errorWords(intervals))] : [];
  return { missing, notes: [...notes, ...unansweredNote(intervals), ...answerNotes(intervals)] };
}

/** They are in no count of failed requests: a load that pauses or ends does not wait for them any longer. */
function unansweredNote(intervals: readonly RequestInterval[]): string[] {
  // Adding up decodes every histogram of the run.
  if (intervals.every(({ aborted = 0 }) => aborted === 0)) return [];
  const measures = new RequestMeasures();
  for (const interval of intervals) if (isOfTasks(interval)) measures.add(interval);
  const all = measures.get('*');
  if (!all) return [];
  const unanswered = leftUnanswered(all);
  const asked = all.count + all.aborted;
  return unanswered > 0 && unanswered >= TOLD_SHARE * asked ? [say.someUnanswered(unanswered, asked)] : [];
}

/** A load of which more was not sent is not the one that was planned. */
const MOST_DROPPED = 0.1;

/** A user who sets a limit on dropped requests has decided how many are acceptable. */
function droppedFaults(intervals: readonly RequestInterval[], thresholds: RunView['run']['thresholds']): RequestFaults {
  const own = intervals.filter(isOfTasks);
  const dropped = own.reduce((sum, one) => sum + one.dropped, 0);
  const planned = own.reduce((sum, { count, aborted = 0 }) => sum + count + aborted, dropped);
  if (dropped === 0 || dropped < TOLD_SHARE * planned) return { missing: [], notes: [] };
  const words = [say.someDropped(dropped, planned)];
  const isTooMuch = dropped > MOST_DROPPED * planned && !thresholds.some(({ metric }) => metric === 'dropped');
  return isTooMuch ? { missing: words, notes: [] } : { missing: [], notes: words };
}
