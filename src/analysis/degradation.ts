import type { Confidence, Evidence, FindingKind, FindingSubject } from '../model/finding.ts';
import { formatDuration } from '../model/units.ts';
import type { LevelShift } from '../stats/level-shift.ts';
import { aroundStep, machineDoubt } from './around-step.ts';
import type { CheckContext, FindingDraft } from './check.ts';
import { findingId } from './finding-id.ts';
import { lastingStep } from './lasting-step.ts';
import { NO_LIMIT } from './limits.ts';
import { recommend } from './recommendations.ts';
import type { TableEntry } from './trend-table.ts';
import { verifyLine } from './verify-line.ts';
import { code, figure, percent, perHour, rateWords } from './words.ts';

/** A figure of the service that may get worse while it runs. */
export interface DegradingSeries {
  readonly key: string;
  readonly kind: Extract<FindingKind, `${string}-degradation` | 'pool-exhaustion' | 'js-heap-leak'>;
  /** At the start of a sentence: `The median latency of \`lock-proof\``. */
  readonly what: string;
  readonly unit: string;
  /** Worse by less than this is not worth a word, whatever its share. */
  readonly leastGrowth: number;
  /** Worse by this much in one lasting step is sure in a run of any length. */
  readonly sureStep?: number;
  /** In a short run a step must be this large to be more than possible: other work on the machine makes smaller ones. */
  readonly shortStep?: number;
  readonly subject: FindingSubject;
  /** The series is turned around: it is the falling that is worse. */
  readonly isTurned?: boolean;
  /**
   * What it means that it comes to rest at a worse level: `fine` of a queue that is full, `worse` of what nothing healthy
   * does. Else a lasting step is a finding, and what comes to rest by degrees is none.
   */
  readonly atRest?: 'fine' | 'worse';
  /** In place of what is advised for the kind. */
  readonly recommendation?: string;
  readonly file: string;
}

/** In a short run, warm caches, other processes and a busy minute make trends: growth must be large to mean something. */
const SHORT_RUN_MS = 10 * 60_000;
const LONG_RUN_MS = 20 * 60_000;
const LEAST_SHARE = 0.1;
const LEAST_SHARE_SHORT = 0.25;
const LARGE_SHARE = 0.5;
/** Of next to nothing, a share says nothing. */
const MOST_SHARE = 20;

export interface DegradationVerdict {
  readonly finding: FindingDraft | null;
  readonly detail: string;
}

/** Null where the series had too few points. */
export function judgeDegradation(
  context: CheckContext,
  series: DegradingSeries,
  more: readonly Evidence[] = [],
): DegradationVerdict | null {
  const spanMs = context.judged.toMs - context.judged.fromMs;
  const isShort = spanMs < SHORT_RUN_MS;
  const leastShare = isShort ? LEAST_SHARE_SHORT : LEAST_SHARE;
  const entry = context.trends.judge(series.key, { leastShare, leastGrowth: series.leastGrowth });
  if (!entry) return null;
  const { trend, verdict } = entry;
  const direction = series.isTurned ? -1 : 1;
  const level = `${figure(direction * trend.level)} ${series.unit}`;
  const seen = `smallest trend this run could have seen: ${rateWords(Math.max(trend.smallestSlope, series.leastGrowth / trend.span), trend.span, series.unit)}`;
  const step =
    verdict === 'growing' || series.atRest === 'fine'
      ? null
      : lastingStep(context.trends.points(series.key), { leastShare, leastGrowth: series.leastGrowth });
  if (step) {
    const { from, to, x } = step;
    const words = `went from ${figure(direction * from)} to ${figure(direction * to)} ${series.unit} in one step ${formatDuration(x)} into the run`;
    const isWorthAFinding =
      !isShort || step.to - step.from >= Math.max(LARGE_SHARE * Math.abs(step.from), series.leastGrowth);
    return {
      finding: isWorthAFinding ? stepFinding(context, series, step, { isShort, more }) : null,
      detail: `${words}; ${seen}`,
    };
  }
  const isWorse = verdict === 'growing' || (verdict !== 'flat' && series.atRest === 'worse');
  if (!isWorse) return { finding: null, detail: `${verdict} at ${level}; ${seen}` };
  const finding = degradationFinding(context, series, entry, { isShort, spanMs, more });
  return { finding, detail: `gets worse by ${rateWords(trend.slope, trend.span, series.unit)}; ${seen}` };
}

function degradationFinding(
  context: CheckContext,
  series: DegradingSeries,
  { trend }: TableEntry,
  { isShort, spanMs, more }: { readonly isShort: boolean; readonly spanMs: number; readonly more: readonly Evidence[] },
): FindingDraft {
  const direction = series.isTurned ? -1 : 1;
  const grown = trend.slope * trend.span;
  // A straight line through what began late starts below zero, where none of these figures can be.
  const early = Math.max(0, direction * (trend.latest - grown));
  const late = Math.max(0, direction * trend.latest);
  const share = Math.abs(late - early) / Math.max(Number.MIN_VALUE, early);
  const confidence = confidenceOf(share, isShort, spanMs);
  const interval = [trend.low, trend.high].map((slope) => figure(direction * perHour(slope)));
  const verb = series.isTurned ? 'fell' : 'rose';
  const { kind, subject, unit } = series;
  return {
    id: findingId(kind, subject.class, series.key),
    kind,
    confidence,
    severity: confidence === 'possible' ? 'minor' : 'major',
    title: `${series.what} ${verb} from ${figure(early)} to ${figure(late)} ${unit} during the run.`,
    subject,
    growth: {
      bytesPerHour: null,
      bytesPerHourCI: null,
      bytesPerRequest: null,
      objectsPerRequest: null,
      shareOfGrowth: null,
      ...NO_LIMIT,
      perHour: direction * perHour(trend.slope),
      perHourUnit: unit,
    },
    firstSeenMs: Math.max(0, context.judged.fromMs - context.whole.fromMs),
    evidence: [
      {
        what: `It ${verb} ${share < MOST_SHARE ? `by ${percent(share)}` : 'from almost nothing'}, ${rateWords(direction * trend.slope, trend.span, unit)} (95 % interval of an hour ${interval.join(' to ')}; ${trend.points} blocks, second half ${figure(Math.min(99, trend.halfRatio ?? 1))} times as fast as the first).`,
        file: series.file,
      },
      ...more,
    ],
    against: isShort
      ? [`${formatDuration(spanMs)} are short: one slow spell of the machine looks the same. Half an hour would tell.`]
      : [],
    recommendation: series.recommendation ?? recommend(kind, { holder: subject.holder, subject: code(subject.class) }),
    verify: verifyLine(context),
  };
}

/** Less than this, in a short run, is what a busy minute of the machine does. */
const DOUBLED = 1;

/** A lasting step is a finding of its own: it has a time, and what happened then is the first thing to look at. */
function stepFinding(
  context: CheckContext,
  series: DegradingSeries,
  { x, from, to, pointsBefore, pointsAfter }: LevelShift,
  { isShort, more }: { readonly isShort: boolean; readonly more: readonly Evidence[] },
): FindingDraft {
  const direction = series.isTurned ? -1 : 1;
  const { kind, subject, unit } = series;
  const share = (to - from) / Math.max(Number.MIN_VALUE, Math.abs(from));
  const isSure = to - from >= (series.sureStep ?? Number.POSITIVE_INFINITY);
  const doubt = isSure ? null : machineDoubt(context, x);
  const isLarge = isShort
    ? share >= (series.isTurned ? LARGE_SHARE : DOUBLED) && to - from >= (series.shortStep ?? 0)
    : share >= LARGE_SHARE / 2;
  const confidence: Confidence = isSure ? 'confirmed' : doubt === null && isLarge ? 'likely' : 'possible';
  const levels = [from, to].map((level) => figure(direction * level));
  const verb = series.isTurned ? 'fell' : 'rose';
  return {
    id: findingId(kind, subject.class, series.key),
    kind,
    confidence,
    severity: isSure ? 'critical' : confidence === 'possible' ? 'minor' : 'major',
    title: `${series.what} ${verb} from ${levels.join(' to ')} ${unit} in one step, ${formatDuration(x)} into the run, and stayed there.`,
    subject,
    growth: null,
    firstSeenMs: Math.max(0, x),
    evidence: [
      {
        what: `It stood at ${levels[0]} ${unit} (median of ${pointsBefore} blocks) and at ${levels[1]} ${unit} from then to the end (${pointsAfter} blocks); hardly a block of one side lies among the other's.`,
        file: series.file,
      },
      ...aroundStep(context, x),
      ...more,
    ],
    against: doubt === null ? [] : [doubt],
    recommendation: series.recommendation ?? recommend(kind, { holder: subject.holder, subject: code(subject.class) }),
    verify: verifyLine(context),
  };
}

function confidenceOf(share: number, isShort: boolean, spanMs: number): Confidence {
  if (isShort) return share >= LARGE_SHARE ? 'likely' : 'possible';
  return share >= LARGE_SHARE / 2 && spanMs >= LONG_RUN_MS ? 'confirmed' : 'likely';
}
