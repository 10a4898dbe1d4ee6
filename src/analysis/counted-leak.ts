import type { Confidence, Evidence } from '../model/finding.ts';
import type { FindingKind } from '../model/finding-catalogue.ts';
import type { MetricName } from '../model/metric-catalogue.ts';
import { perHour } from '../model/units.ts';
import { median, quantile } from '../stats/order-statistics.ts';
import { recommend } from '../words/advice.ts';
import * as say from '../words/checks/counted.ts';
import type { CheckContext, FindingDraft } from './check.ts';
import { findingId } from './finding-id.ts';
import { keptThroughRest } from './kept-through-rest.ts';
import { COUNT_SHARE, PARTLY_RELEASED_COUNTS, RELEASED_SHARE, SHORT_RUN_MS } from './leak-thresholds.ts';
import { descriptorsTimeToLimit, NO_LIMIT } from './limits.ts';
import { heldThroughLulls } from './lulls.ts';
import { valuesIn } from './sample-series.ts';
import { overOf, type TableEntry } from './trend-table.ts';

/** Something that is counted rather than weighed: descriptors, sockets, threads, timers. */
export interface CountedResource {
  readonly metric: say.CountedMetric;
  readonly kind: Extract<FindingKind, 'fd-leak' | 'socket-leak' | 'thread-leak' | 'timer-leak'>;
  /** Fewer than this gained is no leak yet. */
  readonly leastGain: number;
  /** Healthy services open more of it while load ramps up. Then only the idle service shows whether it leaks. */
  readonly followsLoad: boolean;
}

/** Counts climb in steps of one, so that even a leak fits a line less well than bytes do. */
const STRAIGHT = 0.8;

export interface CountedVerdict {
  readonly finding: FindingDraft | null;
  /** For the list of what was checked; null if there was too little to say anything. */
  readonly detail: string | null;
}

/** Does the number of open things climb with the load, and stay when the load is gone? */
export function judgeCounted(context: CheckContext, resource: CountedResource): CountedVerdict {
  const { metric, leastGain } = resource;
  const judged = context.trends.judge(metric, { leastShare: COUNT_SHARE, leastGrowth: leastGain });
  const entry = judged?.verdict === 'growing' ? judged : (keptThroughRest(context, metric, leastGain) ?? judged);
  if (!entry) return { finding: null, detail: null };
  const { trend, verdict } = entry;
  const points = context.trends.points(metric, entry.axis);
  const gained = entry === judged ? (points.at(-1)?.y ?? 0) - (points[0]?.y ?? 0) : trend.slope * trend.span;
  const released = releasedInIdle(context, resource.metric, gained);
  const seen = say.smallest(entry.smallestSlope, trend.span);
  if (verdict !== 'growing') {
    const values = valuesIn(context, metric, context.judged.fromMs, context.judged.toMs);
    return { finding: null, detail: `${say.resting(entry, quantile(values, 0), quantile(values, 1))}; ${seen}` };
  }
  if (released !== null && released >= RELEASED_SHARE) {
    return { finding: null, detail: `${say.releasedAtTheEnd(gained)}; ${seen}` };
  }
  const confidence = confidenceOf(resource, entry, released, context);
  return {
    finding: countedFinding(context, resource, entry, { gained, released, confidence }),
    detail: `${say.rising(trend.slope, trend.span)}; ${seen}`,
  };
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
  const { kind, metric } = resource;
  const [noun, nouns] = say.COUNTED[metric];
  const { gained, released, confidence } = judged;
  const { trend, perRequest } = entry;
  const target = targetOf(context, metric);
  const over = overOf(entry, gained);
  const perWork = entry.axis === 'time' ? null : perRequest;
  const evidence: (Evidence | null)[] = [
    perWork === null || over.requests === null
      ? null
      : {
          what: say.risesWithRequests(metric, trend, perWork, { gained: over.gained, requests: over.requests }),
          file: 'samples.ndjson',
        },
    { what: say.numberRises(trend, gained), file: 'samples.ndjson' },
    target && { what: say.mostPointTo(target.pattern, target.count), file: null },
    released !== null && released <= PARTLY_RELEASED_COUNTS ? stillOpen(context, metric) : null,
  ];
  const ahead = isOfDescriptors(kind) ? descriptorsTimeToLimit(context, trend) : { ...NO_LIMIT, most: null };
  if (ahead.most !== null && ahead.timeToLimitMs !== null)
    evidence.push({
      what: say.limitReached(ahead.most, ahead.timeToLimitMs),
      file: 'samples.ndjson',
    });
  const against = [
    released === null ? say.NO_REST : null,
    released !== null && released > PARTLY_RELEASED_COUNTS ? say.partlyReleased(released) : null,
  ];
  const holder = target?.pattern ?? say.holderOf(metric);
  return {
    id: findingId(kind, noun, metric),
    kind,
    counted: metric,
    confidence,
    severity: confidence === 'possible' ? 'minor' : 'major',
    title: say.countedTitle(metric, trend, perWork, target?.pattern ?? null),
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

function stillOpen(context: CheckContext, metric: MetricName): Evidence {
  const { idleTail } = context;
  const lastMs = idleTail === null ? 0 : idleTail.toMs - idleTail.fromMs;
  const left = valuesIn(context, metric, context.whole.toMs - lastMs, context.whole.toMs).at(-1) ?? 0;
  return { what: say.stillOpen(left, lastMs), file: 'samples.ndjson' };
}
