import type { Evidence, Growth } from '../../model/finding.ts';
import type { HeapFindingKind } from '../../model/finding-catalogue.ts';
import { limitReached } from '../../words/checks/counted.ts';
import type { CheckContext } from '../check.ts';
import { descriptorsTimeToLimit } from '../limits.ts';
import type { GrowthBehaviour } from './growth-tests.ts';

const NEVER = Number.POSITIVE_INFINITY;
/** Each takes one. */
const OF_DESCRIPTORS: readonly HeapFindingKind[] = ['socket-leak'];

/** Sockets that were found in the heap: the limit of open descriptors may be met long before that of memory. */
export function withDescriptors(
  context: CheckContext,
  kind: HeapFindingKind,
  { unit, gained, loaded }: GrowthBehaviour,
  growth: Growth,
): { readonly growth: Growth; readonly evidence: readonly Evidence[] } {
  if (unit !== 'objects' || !OF_DESCRIPTORS.includes(kind)) return { growth, evidence: [] };
  const loadedMs = loaded.reduce((sum, { interval }) => sum + interval.loadedMs, 0);
  const slope = gained / Math.max(1, loadedMs);
  const { most, timeToLimitMs } = descriptorsTimeToLimit(context, { slope, low: slope, high: slope });
  if (most === null || timeToLimitMs === null || timeToLimitMs >= (growth.timeToLimitMs ?? NEVER))
    return { growth, evidence: [] };
  const { limit: _, ...rest } = growth;
  return {
    growth: { ...rest, timeToLimitMs, timeToLimitCI: [null, null] },
    evidence: [{ what: limitReached(most, timeToLimitMs), file: 'samples.ndjson' }],
  };
}
