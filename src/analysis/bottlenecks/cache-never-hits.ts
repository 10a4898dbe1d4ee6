import type { Finding } from '../../model/finding.ts';
import * as say from '../../words/bottlenecks/cache-never-hits.ts';
import { findingId } from '../finding-id.ts';
import { allNames } from '../held-objects.ts';
import { type BottleneckDraft, type RankedFinding, type Rule, type RuleContext, seen, unseen } from './rule.ts';

const CACHE = /cache|memo|lru/i;
/** So near to one entry per request that almost no request had a hit. */
const NEARLY_ONE: readonly [number, number] = [0.9, 1.1];
/** Of all requests, so that one name is not matched by chance. */
const LEAST_SHARE = 0.2;

/**
 * A cache that grows by one entry with each request was never asked for the same thing twice. Seen only where the heap
 * was compared and the cache has no bound: how often a bounded cache is hit leaves no trace in a heap.
 */
export const cacheNeverHits: Rule = {
  rule: 'cache-never-hits',
  run(context) {
    if (!context.run.heapGrowth) return unseen(say.NOT_COMPARED);
    const drafts = context.findings.flatMap((finding) => {
      const request = isCache(finding) ? requestsThatMiss(context, finding) : null;
      return request === null ? [] : [draftOf(finding, request.name)];
    });
    return seen(drafts, say.LOOKED);
  },
};

function isCache({ kind, confidence, subject, objects }: RankedFinding): boolean {
  if (kind !== 'js-heap-leak' || confidence === 'possible' || !objects) return false;
  return [...allNames(objects), subject.source?.file ?? ''].some((name) => CACHE.test(name));
}

/** All requests (null), or those of one name, if there are as many of them as new entries. */
function requestsThatMiss({ run }: RuleContext, { growth }: Finding): { readonly name: string | null } | null {
  const each = growth?.objectsPerRequest ?? null;
  if (each === null) return null;
  const isOne = (ratio: number): boolean => ratio >= NEARLY_ONE[0] && ratio <= NEARLY_ONE[1];
  if (isOne(each)) return { name: null };
  const all = run.requests.reduce((sum, { count }) => sum + count, 0);
  const names = [...new Set(run.requests.map(({ name }) => name))];
  const share = (name: string): number =>
    run.requests.reduce((sum, one) => sum + (one.name === name ? one.count : 0), 0) / Math.max(1, all);
  const match = names.filter((name) => share(name) >= LEAST_SHARE && isOne(each / share(name)));
  return match.length === 1 && match[0] !== undefined ? { name: match[0] } : null;
}

function draftOf({ subject, growth }: Finding, request: string | null): BottleneckDraft {
  return {
    id: findingId('cache-never-hits', subject.holder, subject.source?.file ?? ''),
    confidence: 'likely',
    title: say.title(request, subject.holder),
    request,
    source: subject.source,
    package: subject.package,
    evidence: [{ what: say.oneEntryEach(growth?.objectsPerRequest ?? 0, request), file: null }],
    against: [say.AGAINST],
    gain: say.GAIN,
    recommendation: say.ADVICE,
    check: say.CHECK,
    weight: 0.1,
  };
}
