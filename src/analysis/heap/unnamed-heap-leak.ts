import type { Confidence, Evidence } from '../../model/finding.ts';
import type { HeapSuspect } from '../../model/heap-growth.ts';
import type { CheckContext, FindingDraft } from '../check.ts';
import { findingId } from '../finding-id.ts';
import { seriesGrowth } from '../limits.ts';
import { recommend } from '../recommendations.ts';
import { verifyLine } from '../verify-line.ts';
import { bytesPerHour, code, figure } from '../words.ts';
import type { AfterCollection } from './after-collection.ts';

/** A shorter look at a heap cannot tell a leak from a cache on its way to its bound. */
const LEAST_SPAN_MS = 10 * 60_000;
/** Where snapshots named nobody, the series must speak for itself. */
const SURE_SPAN_MS = 30 * 60_000;
const LEAST_SAMPLES = 10;

/**
 * The heap after collections grows and no suspect of the snapshots explains it: there were no snapshots, they could not
 * be compared, or what grew is spread too thin. The allocation stacks that grew are the best hint then.
 */
export function unnamedHeapLeak(
  context: CheckContext,
  heap: AfterCollection,
  snapshots: { readonly hasSuspect: boolean; readonly cleared: readonly { readonly suspect: HeapSuspect }[] },
): FindingDraft | null {
  const { entry, isGrowing, isLinear, releasedInIdle } = heap;
  if (!entry || !isGrowing || snapshots.hasSuspect || (releasedInIdle ?? 0) > 0.5) return null;
  const { trend } = entry;
  const compared = context.run.heapGrowth !== null;
  const stacks = context.run.allocationGrowth.filter(
    ({ stack, samples }) => stack.length > 0 && (samples === null || samples >= LEAST_SAMPLES),
  );
  const place = stacks[0]?.stack[0] ?? null;
  const kept = releasedInIdle !== null && releasedInIdle < 0.1;
  const isLong = compared ? trend.span >= SURE_SPAN_MS : kept || trend.span >= LEAST_SPAN_MS;
  const confidence: Confidence = isLinear && isLong ? 'likely' : 'possible';
  const evidence: Evidence[] = [
    {
      what: `The heap after collections grows by ${bytesPerHour(trend.slope)} (95 % interval ${bytesPerHour(trend.low)} to ${bytesPerHour(trend.high)}; R2 ${figure(trend.rSquared)}, ${trend.points} points).`,
      file: 'events.ndjson',
    },
    ...(kept
      ? [{ what: 'The time without requests and its collections did not shrink it.', file: 'events.ndjson' }]
      : []),
  ];
  const grown = stacks[0]
    ? [{ what: `Most of what lives longer was allocated in ${code(stacks[0].stack[0]?.function ?? '')}.`, file: null }]
    : [];
  return {
    id: findingId('js-heap-leak', '', 'unnamed'),
    kind: 'js-heap-leak',
    confidence,
    severity: confidence === 'possible' ? 'minor' : 'major',
    title: place
      ? `The JS heap grows, and what stays was allocated in ${code(place.function)}; no snapshot says who holds it.`
      : 'The JS heap grows, and no snapshot says what holds it.',
    subject: {
      class: '(unknown)',
      holder: '(unknown)',
      path: [],
      source: place && { file: place.file, line: place.line, column: place.column, function: place.function },
      package: place?.package ?? null,
    },
    growth: seriesGrowth(context, trend, 'heap'),
    firstSeenMs: Math.max(0, context.judged.fromMs - context.whole.fromMs),
    ...(stacks.length > 0
      ? { allocatedAt: stacks.slice(0, 3).map(({ shareOfGrowth, stack }) => ({ share: shareOfGrowth, stack })) }
      : {}),
    evidence: [...evidence, ...grown],
    against: [
      compared
        ? 'No group of objects that the snapshots compare grows like a leak.'
        : `There were no snapshots to compare${context.run.heapGrowthError ? ` (${context.run.heapGrowthError})` : ''}.`,
    ],
    recommendation: recommend('js-heap-leak', { holder: 'what holds it', subject: 'object' }),
    verify: verifyLine(context),
  };
}
