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
 * it does not show what showed there, whatever became of it. Empty where the load is alike.
 */
export function unlikeLoad(before: Finding, first: Report, now: Report): string[] {
  const named = first.requests.filter(({ name, count, errors }) => name !== PROBE_NAME && count > errors);
  // Traffic that is watched has no names: there only the number of requests can be compared.
  if (named.length === 0 || now.requests.length === 0)
    return tooFew(before, first, now.run.requests / first.run.requests);
  const total = named.reduce((sum, { count, errors }) => sum + count - errors, 0);
  const relevant = named.filter((one) => isRelevant(before, one, total, now.run.requests));
  const faults = relevant.flatMap((one) => missingRequest(one, now) ?? unlikeAnswers(one, now) ?? []);
  if (faults.length > 0) return faults;
  // Of a request that came a few times, how many came is chance.
  const often = relevant.filter((one) => ((one.count - one.errors) / total) * now.run.requests >= OFTEN);
  const ratios = often.map((one) => answered(now, one.name) / (one.count - one.errors));
  return tooFew(before, first, Math.min(now.run.requests / first.run.requests, ...ratios));
}

/** Can the finding have come with this request, and would it have come again by now? */
function isRelevant(
  { growth }: Finding,
  { count, errors }: RequestSummary,
  total: number,
  requestsNow: number,
): boolean {
  const share = (count - errors) / total;
  const leastShare = Math.min(LEAST_SHARE_OF_NAME, (growth?.objectsPerRequest ?? 1) / 2);
  return share >= leastShare && share * requestsNow >= LEAST_EXPECTED;
}

function missingRequest({ name, count }: RequestSummary, { requests }: Report): string | null {
  const own = requests.find((one) => one.name === name);
  if (own === undefined || own.count === 0) return WHY_NOT.requestMissing(name, count);
  return haveNearlyAllFailed(own) ? WHY_NOT.requestFailed(name, own.errors, own.count) : null;
}

/** What is answered otherwise did something else: a redirect to a login runs nothing of what leaked. */
function unlikeAnswers({ name, answers }: RequestSummary, { requests }: Report): string | null {
  const own = requests.find((one) => one.name === name)?.answers;
  const [was, is] = [answers, own].map((kinds) => (kinds ? answerKind(kinds, LEAST_EXPECTED) : null));
  return was && is && was !== is ? WHY_NOT.otherAnswers(name, was, is) : null;
}

function answered({ requests }: Report, name: string): number {
  const own = requests.find((one) => one.name === name);
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
