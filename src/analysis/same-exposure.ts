import type { Finding } from '../model/finding.ts';
import { isLeakKind } from '../model/finding-catalogue.ts';
import type { Report, RequestSummary } from '../model/report.ts';
import { PROBE_NAME } from '../model/requests.ts';
import { answerKind } from '../stats/answer-kind.ts';
import { WHY_NOT } from '../words/verify.ts';
import { haveNearlyAllFailed } from './task-requests.ts';

/** So many objects that pile up are seen in any run: three times what the snapshots need. */
const OBJECTS_SEEN = 100;
/** What needed all of a run to be seen needs this share of its requests at least. */
const LEAST_SHARE_OF_OBJECTS = 0.5;
const LEAST_SHARE_OF_REQUESTS = 0.25;
/** A request of which fewer would have come is absent by chance. */
const LEAST_EXPECTED = 5;
const OFTEN = 50;
/** Requests that are rarer than this cannot be what everything else came with. */
const LEAST_SHARE_OF_NAME = 0.01;

/**
 * Why a run was not asked what the first run was asked: requests that are not made, that fail, or too few of them. Then
 * it does not show what showed there, whatever became of it. Empty if the load is alike.
 */
export function unlikeLoad(before: Finding, first: Report, now: Report): string[] {
  const [was, is, isDriven] = namedRequests(first, now);
  const of = was.some(({ name }) => name === before.growth?.of?.request) ? before.growth?.of : undefined;
  const named = was.filter(({ name, count, errors }) => count > errors || name === of?.request);
  // If they were not counted by name, only their number can be compared.
  if (named.length === 0 || is.length === 0) return tooFew(before, first, now.run.requests / first.run.requests);
  const total = named.reduce((sum, { count, errors }) => sum + count - errors, 0);
  // Whoever watches has no say in what is asked: there what it came with is enough.
  const relevant = named.filter((one) =>
    one.name === of?.request || (of && !isDriven)
      ? one.name === of?.request
      : isRelevant(before, one, total, now.run.requests),
  );
  const faults = relevant.flatMap(
    (one) => missingRequest(one, is, isDriven) ?? missingOutcome(before, one, is) ?? unlikeAnswers(one, is) ?? [],
  );
  if (faults.length > 0) return faults;
  // Of a request that came a few times, how many came is chance.
  const often = relevant.filter((one) => ((one.count - one.errors) / total) * now.run.requests >= OFTEN);
  const ratios = often.map((one) => answered(is, one.name) / (one.count - one.errors));
  return tooFew(before, first, Math.min(now.run.requests / first.run.requests, ...ratios));
}

type Named = Pick<RequestSummary, 'name' | 'count' | 'errors' | 'aborted' | 'answers'>;

/** Of both runs by the same names: those of the load that we drove, else those of the routes that the service counted. */
function namedRequests(first: Report, now: Report): [was: readonly Named[], is: readonly Named[], isDriven: boolean] {
  const isDriven = first.requests.length > 0 && now.requests.length > 0;
  const of = ({ requests, routes = [] }: Report): readonly Named[] =>
    isDriven
      ? requests.filter(({ name }) => name !== PROBE_NAME)
      : routes.map(({ route, begun: count, failed: errors, aborted }) => ({ name: route, count, errors, aborted }));
  return [of(first), of(now), isDriven];
}

/** Can the finding have come with this request, and would it have come again by now? */
function isRelevant({ growth }: Finding, { count, errors }: Named, total: number, requestsNow: number): boolean {
  const share = (count - errors) / total;
  const leastShare = Math.min(LEAST_SHARE_OF_NAME, (growth?.objectsPerRequest ?? 1) / 2);
  return share >= leastShare && share * requestsNow >= LEAST_EXPECTED;
}

function missingRequest(before: Named, now: readonly Named[], isDriven: boolean): string | null {
  const { name, count } = before;
  const own = now.find((one) => one.name === name);
  if (own === undefined || own.count === 0) return WHY_NOT.requestMissing(name, count, isDriven);
  return haveNearlyAllFailed(own) && !haveNearlyAllFailed(before)
    ? WHY_NOT.requestFailed(name, own.errors, own.count)
    : null;
}

/** What came with requests that failed, or were aborted, does not show where none ends so. */
function missingOutcome({ growth }: Finding, before: Named, now: readonly Named[]): string | null {
  const of = growth?.of;
  if (!of || of.outcome === 'any' || of.request !== before.name) return null;
  const field = of.outcome === 'failed' ? 'errors' : 'aborted';
  const ended = now.find((one) => one.name === before.name)?.[field] ?? 0;
  const wanted = Math.min(OBJECTS_SEEN / of.perRequest, LEAST_SHARE_OF_OBJECTS * before[field]);
  return ended >= wanted ? null : WHY_NOT.outcomeMissing(before.name, of.outcome, before[field], ended);
}

/** What is answered otherwise did something else: a redirect to a login runs nothing of what leaked. */
function unlikeAnswers({ name, answers }: Named, now: readonly Named[]): string | null {
  const own = now.find((one) => one.name === name)?.answers;
  const [was, is] = [answers, own].map((kinds) => (kinds ? answerKind(kinds, LEAST_EXPECTED) : null));
  return was && is && was !== is ? WHY_NOT.otherAnswers(name, was, is) : null;
}

function answered(now: readonly Named[], name: string): number {
  const own = now.find((one) => one.name === name);
  return own ? own.count - own.errors : 0;
}

/** `share`: of the requests of the first run, those of this one; of the request that has the smallest. */
function tooFew({ kind, growth }: Finding, { run }: Report, share: number): string[] {
  // Of a first run whose requests nobody counted, nothing can be asked.
  if (!Number.isFinite(share)) return [];
  const perRequest = growth?.objectsPerRequest ?? null;
  if (isLeakKind(kind) && perRequest !== null && perRequest > 0) {
    const objects = perRequest * run.requests;
    const wanted = Math.min(OBJECTS_SEEN, LEAST_SHARE_OF_OBJECTS * objects);
    return share * objects >= wanted ? [] : [WHY_NOT.fewObjects(perRequest, share * objects, wanted)];
  }
  return share >= LEAST_SHARE_OF_REQUESTS ? [] : [WHY_NOT.fewRequests(share, LEAST_SHARE_OF_REQUESTS)];
}
