import type { Finding } from '../../model/finding.ts';
import { figure } from '../../words/figures.ts';
import { code } from '../../words/terms.ts';
import { findingId } from '../finding-id.ts';
import { allNames } from '../held-objects.ts';
import { type BottleneckDraft, type RankedFinding, type Rule, type RuleContext, seen, unseen } from './rule.ts';

const CACHE = /cache|memo|lru/i;
/** So near to one entry a request that hardly any request found what it looked for. */
const NEARLY_ONE: readonly [number, number] = [0.9, 1.1];
/** Of all requests, so that one name is not matched by chance. */
const LEAST_SHARE = 0.2;

/**
 * A cache that grows by one entry with each request was never asked for the same thing twice. Seen only where the heap
 * was compared and the cache has no bound: how often a bounded cache is hit leaves no trace in a heap.
 */
export const cacheNeverHits: Rule = {
  rule: 'cache-never-hits',
  name: 'caches that grow with each request',
  run(context) {
    if (!context.run.heapGrowth) return unseen('no heap snapshots were compared');
    const drafts = context.findings.flatMap((finding) => {
      const request = isCache(finding) ? requestsThatMiss(context, finding) : null;
      return request === null ? [] : [draftOf(finding, request.name)];
    });
    return seen(drafts, 'of the holders that grow; how often a bounded cache is hit cannot be seen');
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
  const who = request === null ? 'Each request' : `Each ${code(request)}`;
  return {
    id: findingId('cache-never-hits', subject.holder, subject.source?.file ?? ''),
    confidence: 'likely',
    title: `${who} adds an entry to ${subject.holder}: nothing is found in it again, it is a cache that never hits.`,
    request,
    source: subject.source,
    package: subject.package,
    evidence: [
      {
        what: `It grows by ${figure(growth?.objectsPerRequest ?? 0)} entries a request${request === null ? '' : ', as many as there are requests of that name'}.`,
        file: null,
      },
    ],
    against: ['The load may ask for something new each time where real users would ask for the same again.'],
    gain: 'The memory of the cache and the time to fill it, or, with a key that repeats, the work that the cache was made to save.',
    recommendation:
      'Look at the key: it holds something that differs each time (an id of the request, a time, the order of parameters, a new object). Make it of what the result depends on, and give the cache a bound.',
    check: 'Count hits and misses in the cache and log them: hits should be more than a few percent.',
    weight: 0.1,
  };
}
