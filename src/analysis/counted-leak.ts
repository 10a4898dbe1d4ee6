import type { Confidence, Evidence } from '../model/finding.ts';
import type { FindingKind } from '../model/finding-catalogue.ts';
import type { MetricName, TrendedMetric } from '../model/metric-catalogue.ts';
import { requestCounter } from '../model/request-count.ts';
import { formatCount, formatDuration, perHour } from '../model/units.ts';
import { totalGain } from '../stats/counters.ts';
import { median, quantile } from '../stats/order-statistics.ts';
import { recommend } from '../words/advice.ts';
import { figure, percent, perRequestWords, rateWords } from '../words/figures.ts';
import { capital, code } from '../words/terms.ts';
import type { CheckContext, FindingDraft } from './check.ts';
import { findingId } from './finding-id.ts';
import { PARTLY_RELEASED_COUNTS, RELEASED_SHARE, SHORT_RUN_MS } from './leak-thresholds.ts';
import { descriptorsTimeToLimit, NO_LIMIT } from './limits.ts';
import { valuesIn } from './sample-series.ts';
import type { TableEntry } from './trend-table.ts';

/** Something that is counted rather than weighed: descriptors, sockets, threads, timers. */
export interface CountedResource {
  readonly metric: TrendedMetric;
  readonly kind: Extract<FindingKind, 'fd-leak' | 'socket-leak' | 'thread-leak' | 'timer-leak'>;
  /** One of it and several, in words: `open file`. */
  readonly noun: string;
  readonly nouns: string;
  /** Fewer than this gained is no leak yet. */
  readonly leastGain: number;
  /** Healthy services open more of it while load ramps up: then only a look at the idle service tells. */
  readonly followsLoad: boolean;
}

/** Counts climb in steps of one, so that even a leak fits a line less well than bytes do. */
const STRAIGHT = 0.8;

export interface CountedVerdict {
  readonly finding: FindingDraft | null;
  /** For the list of what was checked; null where there was too little to say anything. */
  readonly detail: string | null;
}

/** Does the number of open things climb with the load, and stay when the load is gone? */
export function judgeCounted(context: CheckContext, resource: CountedResource): CountedVerdict {
  const entry = context.trends.judge(resource.metric, { leastShare: 0.1, leastGrowth: resource.leastGain });
  if (!entry) return { finding: null, detail: null };
  const { trend, verdict } = entry;
  const points = context.trends.points(resource.metric);
  const gained = (points.at(-1)?.y ?? 0) - (points[0]?.y ?? 0);
  const released = releasedInIdle(context, resource.metric, gained);
  const seen = `smallest leak this run could detect: ${rateWords(entry.smallestSlope, trend.span)}`;
  if (verdict !== 'growing') {
    const range = rangeOf(context, resource.metric);
    return { finding: null, detail: `${WORDS[verdict]} (${range}); ${seen}` };
  }
  if (released !== null && released >= RELEASED_SHARE) {
    return { finding: null, detail: `rose with the load by ${figure(gained)} and was let go when it ended; ${seen}` };
  }
  const confidence = confidenceOf(resource, entry, released, context);
  return {
    finding: countedFinding(context, resource, entry, { gained, released, confidence }),
    detail: `rise by ${rateWords(trend.slope, trend.span)}; ${seen}`,
  };
}

const WORDS = { flat: 'no trend', plateau: 'came to rest', step: 'one step, then flat' } as const;

function rangeOf(context: CheckContext, metric: MetricName): string {
  const values = valuesIn(context, metric, context.judged.fromMs, context.judged.toMs);
  return `between ${formatCount(quantile(values, 0))} and ${formatCount(quantile(values, 1))}`;
}

/** Share of the gain that was gone at the end of the idle tail; null without one. */
function releasedInIdle(context: CheckContext, metric: MetricName, gained: number): number | null {
  const { idleTail, judged } = context;
  if (idleTail === null || gained <= 0) return null;
  const tailMs = idleTail.toMs - idleTail.fromMs;
  const after = valuesIn(context, metric, idleTail.toMs - tailMs / 3, idleTail.toMs);
  const before = valuesIn(context, metric, judged.toMs - (judged.toMs - judged.fromMs) / 10, judged.toMs);
  if (after.length === 0 || before.length === 0) return null;
  return Math.max(0, median(before) - median(after)) / gained;
}

function confidenceOf(
  { followsLoad, leastGain }: CountedResource,
  { trend }: TableEntry,
  released: number | null,
  { judged }: CheckContext,
): Confidence {
  const isStraight = trend.rSquared >= STRAIGHT;
  const isMuch = trend.slope * trend.span >= 2 * leastGain;
  if (released !== null) {
    if (released > PARTLY_RELEASED_COUNTS) return 'possible';
    return isStraight && isMuch ? 'confirmed' : 'likely';
  }
  const isLong = judged.toMs - judged.fromMs >= SHORT_RUN_MS;
  return isStraight && isMuch && (isLong || !followsLoad) ? 'likely' : 'possible';
}

function countedFinding(
  context: CheckContext,
  resource: CountedResource,
  { trend }: TableEntry,
  judged: { readonly gained: number; readonly released: number | null; readonly confidence: Confidence },
): FindingDraft {
  const { kind, noun, nouns, metric } = resource;
  const { gained, released, confidence } = judged;
  const target = targetOf(context, metric);
  const perRequest = objectsPerRequest(context, metric, gained);
  const rate = perRequest === null ? rateWords(trend.slope, trend.span) : perRequestWords(perRequest);
  const evidence: (Evidence | null)[] = [
    {
      what: `The number rises by ${rateWords(trend.slope, trend.span)} (95 % interval ${rateWords(trend.low, trend.span)} to ${rateWords(trend.high, trend.span)}), ${figure(gained)} in this run.`,
      file: 'samples.ndjson',
    },
    target && { what: `Most of them point to ${code(target.pattern)} (${formatCount(target.count)}).`, file: null },
    released !== null && released <= PARTLY_RELEASED_COUNTS
      ? { what: 'They were still open at the end of the time without requests.', file: 'samples.ndjson' }
      : null,
  ];
  const ahead = isOfDescriptors(kind) ? descriptorsTimeToLimit(context, trend) : { ...NO_LIMIT, most: null };
  if (ahead.most !== null && ahead.timeToLimitMs !== null)
    evidence.push({
      what: `The limit of open descriptors (${formatCount(ahead.most)}) is reached in ${formatDuration(ahead.timeToLimitMs)}.`,
      file: 'samples.ndjson',
    });
  const against = [
    released === null ? 'The run had no time without requests, in which what is in use would have been let go.' : null,
    released !== null && released > PARTLY_RELEASED_COUNTS
      ? `${percent(released)} of them were let go when the load ended.`
      : null,
  ];
  const holder = target ? target.pattern : `${nouns} of the process`;
  return {
    id: findingId(kind, noun, metric),
    kind,
    confidence,
    severity: confidence === 'possible' ? 'minor' : 'major',
    title: `${capital(nouns)} pile up${target ? ` (${code(target.pattern)})` : ''}: ${rate}, and they stay open.`,
    subject: { class: noun, holder, path: [], source: null, package: null },
    growth: {
      bytesPerHour: null,
      bytesPerHourCI: null,
      bytesPerRequest: null,
      objectsPerRequest: perRequest,
      shareOfGrowth: null,
      timeToLimitMs: ahead.timeToLimitMs,
      timeToLimitCI: ahead.timeToLimitCI,
      perHour: perHour(trend.slope),
      perHourUnit: nouns,
    },
    firstSeenMs: Math.max(0, context.judged.fromMs - context.whole.fromMs),
    evidence: evidence.filter((item) => item !== null),
    against: against.filter((item) => item !== null),
    recommendation: recommend(kind, { holder, subject: noun }),
  };
}

function isOfDescriptors(kind: CountedResource['kind']): boolean {
  return kind === 'fd-leak' || kind === 'socket-leak';
}

const TARGET_KINDS: Readonly<Partial<Record<MetricName, string>>> = {
  'process.fds.file': 'file',
  'process.fds.socket': 'socket',
  'process.fds.pipe': 'pipe',
  'process.fds.anon': 'anon',
  'process.fds.other': 'other',
};

function targetOf({ run }: CheckContext, metric: MetricName): { pattern: string; count: number } | null {
  const kind = TARGET_KINDS[metric];
  return run.descriptorTargets?.find((target) => target.kind === kind) ?? null;
}

/** Over the time from the first point to the last, between which the gain was counted. */
function objectsPerRequest({ run, trends, whole }: CheckContext, metric: TrendedMetric, gained: number): number | null {
  const points = trends.points(metric);
  const [fromMs, toMs] = [points[0]?.x ?? 0, points.at(-1)?.x ?? 0].map((x) => whole.fromMs + x) as [number, number];
  const inside = run.samples.filter(({ monoMs }) => monoMs >= fromMs && monoMs <= toMs);
  const requests = totalGain(inside, requestCounter(run.samples)) ?? 0;
  return requests > 0 ? gained / requests : null;
}
