import type { Growth } from '../../model/finding.ts';
import type { HeapSuspect } from '../../model/heap-growth.ts';
import { perHour } from '../../model/units.ts';
import type { CheckContext } from '../check.ts';
import { memoryTimeToLimit, type Rate, type TowardsLimit } from '../limits.ts';
import { type AfterCollection, afterCollection } from './after-collection.ts';
import type { GrowthBehaviour } from './growth-tests.ts';
import type { JudgedSuspect } from './judged-suspect.ts';
import { perRequest } from './per-request.ts';

/** How fast the suspect grows, and when it alone (`alone`) and all that grows together meet a limit of memory. */
export function suspectGrowth(
  context: CheckContext,
  { suspect, behaviour, line }: Pick<JudgedSuspect, 'suspect' | 'behaviour' | 'line'>,
  where: 'heap' | 'outside',
): { readonly growth: Growth; readonly alone: TowardsLimit } {
  const rate = rateOf(behaviour, suspect, line);
  const alone = memoryTimeToLimit(context, { heap: rate, memory: rate }, where);
  const growth = { ...growthOf(suspect, behaviour, rate), ...withAllThatGrows(context, alone, rate, where) };
  return hasInterval(behaviour, line)
    ? { growth, alone }
    : { growth: { ...growth, bytesPerHourCI: null, timeToLimitCI: [null, null] }, alone };
}

function growthOf(suspect: HeapSuspect, behaviour: GrowthBehaviour, rate: Rate): Omit<Growth, keyof TowardsLimit> {
  const requests = behaviour.loaded.reduce((sum, { interval }) => sum + (interval.requests ?? Number.NaN), 0);
  const { whole } = behaviour;
  return {
    bytesPerHour: perHour(rate.slope),
    bytesPerHourCI: [perHour(rate.low), perHour(rate.high)],
    bytesPerRequest: requests > 0 ? behaviour.gainedBytes / requests : suspect.bytesPerRequest,
    objectsPerRequest: behaviour.unit === 'objects' ? (perRequest(behaviour) ?? suspect.objectsPerRequest) : null,
    shareOfGrowth: suspect.shareOfGrowth,
    ...(whole && whole.request !== null
      ? { of: { request: whole.request, outcome: whole.outcome, perRequest: whole.perRequest } }
      : {}),
  };
}

/** If others grow as well, the limit is reached in less than this share of the time that the suspect alone would take. */
const MUCH_SOONER = 0.8;

/** Into a limit grows all that grows, other leaks too: the lines of the whole, where they are steeper than the suspect's. */
function withAllThatGrows(
  context: CheckContext,
  alone: TowardsLimit,
  rate: Rate,
  where: 'heap' | 'outside',
): TowardsLimit {
  const [heap, external] = (['heap.live', 'heap.external'] as const).map((name) => {
    const line = afterCollection(context, name);
    return line.isGrowing && line.entry !== null ? line.entry.trend : null;
  });
  const inHeap = where === 'heap' ? fasterOf(rate, heap) : heap;
  const outside = where === 'heap' ? external : fasterOf(rate, external);
  const together = memoryTimeToLimit(context, { heap: inHeap ?? rate, memory: sumOf([inHeap, outside]) }, where);
  if (!together.limit || alone.timeToLimitMs === null || together.timeToLimitMs === null) return alone;
  const isMuchSooner = together.timeToLimitMs < MUCH_SOONER * alone.timeToLimitMs;
  return isMuchSooner ? { ...together, limit: { ...together.limit, atPaceOfAll: true } } : alone;
}

function fasterOf(rate: Rate, line: Rate | null | undefined): Rate {
  return line && line.slope > rate.slope ? line : rate;
}

function sumOf(rates: readonly (Rate | null | undefined)[]): Rate {
  return rates.reduce<Rate>(
    (sum, rate) =>
      rate ? { slope: sum.slope + rate.slope, low: sum.low + rate.low, high: sum.high + rate.high } : sum,
    { slope: 0, low: 0, high: 0 },
  );
}

/**
 * Bytes per millisecond of load. The interval is as wide, in proportion, as that of the line of the whole heap; where
 * that is not known, from the slowest to the fastest interval between snapshots.
 */
function rateOf(behaviour: GrowthBehaviour, suspect: HeapSuspect, heap: AfterCollection): Rate {
  const loadedMs = behaviour.loaded.reduce((sum, { interval }) => sum + interval.loadedMs, 0);
  const slope = behaviour.gainedBytes / Math.max(1, loadedMs);
  const line = heap.isGrowing ? heap.entry?.trend : undefined;
  if (line && line.slope > 0) {
    return { slope, low: (slope * Math.max(0, line.low)) / line.slope, high: (slope * line.high) / line.slope };
  }
  const bytesPerObject = behaviour.unit === 'objects' ? behaviour.gainedBytes / behaviour.gained : 1;
  const rates = behaviour.loaded.map(
    ({ interval, amount }) => (amount * bytesPerObject) / Math.max(1, interval.loadedMs),
  );
  return suspect.bytes.length > 0
    ? { slope, low: Math.min(...rates), high: Math.max(...rates) }
    : { slope, low: slope, high: slope };
}

/** From the slowest to the fastest of two is no interval of 95 %. */
const LEAST_INTERVALS = 3;

function hasInterval({ loaded }: GrowthBehaviour, heap: AfterCollection): boolean {
  return loaded.length >= LEAST_INTERVALS || (heap.isGrowing && (heap.entry?.trend.slope ?? 0) > 0);
}
