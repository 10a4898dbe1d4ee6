import type { Confidence, Evidence, Growth } from '../model/finding.ts';
import type { FindingKind } from '../model/finding-catalogue.ts';
import type { MetricName, TrendedMetric } from '../model/metric-catalogue.ts';
import { formatCount, formatDuration, perHour } from '../model/units.ts';
import { median, quantile } from '../stats/order-statistics.ts';
import { recommend } from '../words/advice.ts';
import { figure, percent, perRequestWords, rateWords } from '../words/figures.ts';
import { capital, code } from '../words/terms.ts';
import { restWords } from '../words/trend.ts';
import type { CheckContext, FindingDraft } from './check.ts';
import { findingId } from './finding-id.ts';
import { keptThroughRest } from './kept-through-rest.ts';
import { PARTLY_RELEASED_COUNTS, RELEASED_SHARE, SHORT_RUN_MS } from './leak-thresholds.ts';
import { descriptorsTimeToLimit, NO_LIMIT } from './limits.ts';
import { heldThroughLulls } from './lulls.ts';
import { valuesIn } from './sample-series.ts';
import { overOf, type TableEntry } from './trend-table.ts';

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
  const { metric, leastGain } = resource;
  const judged = context.trends.judge(metric, { leastShare: 0.1, leastGrowth: leastGain });
  const entry = judged?.verdict === 'growing' ? judged : (keptThroughRest(context, metric, leastGain) ?? judged);
  if (!entry) return { finding: null, detail: null };
  const { trend, verdict } = entry;
  const points = context.trends.points(metric, entry.axis);
  const gained = entry === judged ? (points.at(-1)?.y ?? 0) - (points[0]?.y ?? 0) : trend.slope * trend.span;
  const released = releasedInIdle(context, resource.metric, gained);
  const seen = `smallest leak this run could detect: ${rateWords(entry.smallestSlope, trend.span)}`;
  if (verdict !== 'growing') {
    return { finding: null, detail: `${restWords(entry)} (${rangeOf(context, resource.metric)}); ${seen}` };
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
  resource: CountedResource,
  entry: TableEntry,
  released: number | null,
  context: CheckContext,
): Confidence {
  const { followsLoad, leastGain, metric } = resource;
  const { trend } = entry;
  const { judged } = context;
  const isStraight = trend.rSquared >= STRAIGHT;
  const isMuch = trend.slope * trend.span >= 2 * leastGain;
  if (released !== null) {
    if (released > PARTLY_RELEASED_COUNTS) return 'possible';
    return isStraight && isMuch ? 'confirmed' : 'likely';
  }
  const isLong = judged.toMs - judged.fromMs >= SHORT_RUN_MS;
  // What requests in progress use goes down with the traffic; what a line through its lulls leaves behind does not.
  const isUse =
    followsLoad && !(isStraight && (heldThroughLulls(context, metric) || isOneEach(resource, entry, context)));
  return isStraight && isMuch && (isLong || !isUse) ? 'likely' : 'possible';
}

const ONE_EACH = { within: 0.03, most: 5, leastGain: 100, rSquared: 0.99 } as const;

/**
 * A whole number of them stays for each request, many more than there ever were requests in progress: no connection of
 * clients and no pool does that. Timers may well (one of a minute for each request), which only a rest would tell.
 */
function isOneEach({ kind }: CountedResource, { trend, perRequest }: TableEntry, { run }: CheckContext): boolean {
  if (kind !== 'socket-leak' || perRequest === null) return false;
  const whole = Math.round(perRequest);
  const inProgress = run.samples.reduce((most, { values }) => Math.max(most, values['requests.active'] ?? 0), 0);
  return (
    whole >= 1 &&
    whole <= ONE_EACH.most &&
    Math.abs(perRequest - whole) <= ONE_EACH.within * whole &&
    trend.rSquared >= ONE_EACH.rSquared &&
    trend.slope * trend.span >= ONE_EACH.leastGain + 3 * inProgress
  );
}

function countedFinding(
  context: CheckContext,
  resource: CountedResource,
  entry: TableEntry,
  judged: { readonly gained: number; readonly released: number | null; readonly confidence: Confidence },
): FindingDraft {
  const { kind, noun, nouns, metric } = resource;
  const { gained, released, confidence } = judged;
  const { trend, perRequest } = entry;
  const target = targetOf(context, metric);
  const over = overOf(entry, gained);
  const rate =
    perRequest === null || entry.axis === 'time' ? rateWords(trend.slope, trend.span) : perRequestWords(perRequest);
  const evidence: (Evidence | null)[] = [
    overRequests(entry, resource, over),
    {
      what: `The number rises by ${rateWords(trend.slope, trend.span)} (95 % interval ${rateWords(trend.low, trend.span)} to ${rateWords(trend.high, trend.span)}), ${figure(gained)} in this run.`,
      file: 'samples.ndjson',
    },
    target && { what: `Most of them point to ${code(target.pattern)} (${formatCount(target.count)}).`, file: null },
    released !== null && released <= PARTLY_RELEASED_COUNTS ? stillOpen(context, metric) : null,
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
      over,
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

/** `1.00 open file a request (R2 0.99): 917 more after 917 requests.` */
function overRequests(
  { trend, perRequest, axis }: TableEntry,
  { noun }: CountedResource,
  { gained, requests }: NonNullable<Growth['over']>,
): Evidence | null {
  if (perRequest === null || requests === null || axis === 'time') return null;
  const each = perRequest >= 0.1 ? `${perRequest.toFixed(2)} ${noun} per request` : perRequestWords(perRequest);
  const what = `${capital(each)} (R2 ${figure(trend.rSquared)}): ${formatCount(Math.round(gained))} more after ${formatCount(requests)} requests.`;
  return { what, file: 'samples.ndjson' };
}

function stillOpen(context: CheckContext, metric: MetricName): Evidence {
  const { idleTail } = context;
  const lastMs = idleTail === null ? 0 : idleTail.toMs - idleTail.fromMs;
  const left = valuesIn(context, metric, context.whole.toMs - lastMs, context.whole.toMs).at(-1) ?? 0;
  const what = `They were still open at the end of the time without requests: ${formatCount(Math.round(left))} were, ${formatDuration(lastMs)} after the last.`;
  return { what, file: 'samples.ndjson' };
}
