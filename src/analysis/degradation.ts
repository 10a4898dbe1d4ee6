import type { Confidence, Evidence, FindingSubject } from '../model/finding.ts';
import type { FindingKind } from '../model/finding-catalogue.ts';
import { perHour } from '../model/units.ts';
import type { LevelShift } from '../stats/level-shift.ts';
import { recommend } from '../words/advice.ts';
import * as say from '../words/degradation.ts';
import { code } from '../words/terms.ts';
import { aroundStep, machineDoubt } from './around-step.ts';
import type { CheckContext, FindingDraft } from './check.ts';
import { findingId } from './finding-id.ts';
import { lastingStep } from './lasting-step.ts';
import { SHORT_RUN_MS } from './leak-thresholds.ts';
import { NO_LIMIT } from './limits.ts';
import type { TrendName } from './trend-series.ts';
import type { TableEntry } from './trend-table.ts';

/** A figure of the service that may get worse while it runs. */
export interface DegradingSeries extends say.ToldSeries {
  readonly key: TrendName;
  readonly kind: Extract<FindingKind, `${string}-degradation` | 'pool-exhaustion' | 'js-heap-leak'>;
  /** Worse by less than this is not worth reporting, whatever its share. */
  readonly leastGrowth: number;
  /** Worse by this much in one lasting step is sure in a run of any length. */
  readonly sureStep?: number;
  /** In a short run a step must be this large to be more than possible: other work on the machine makes smaller ones. */
  readonly shortStep?: number;
  readonly subject: FindingSubject;
  /**
   * What it means that it levels off at a worse level: `fine` of a queue that is full, `worse` of what nothing healthy
   * does. Else a lasting step is a finding, and what levels off by degrees is none.
   */
  readonly atRest?: 'fine' | 'worse';
  /** In place of what is advised for the kind. */
  readonly recommendation?: string;
  readonly file: string;
}

/** In a short run, warm caches, other processes and a busy minute make trends: growth must be large to mean something. */
const LONG_RUN_MS = 20 * 60_000;
const LEAST_SHARE = 0.1;
const LEAST_SHARE_SHORT = 0.25;
const LARGE_SHARE = 0.5;

export interface DegradationVerdict {
  readonly finding: FindingDraft | null;
  readonly detail: string;
}

/** Null if the series had too few points. */
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
  const words = say.seriesWords(series);
  const seen = say.smallestDetail(words, entry.smallestSlope, trend.span);
  const step =
    verdict === 'growing' || series.atRest === 'fine'
      ? null
      : lastingStep(context.trends.points(series.key), { leastShare, leastGrowth: series.leastGrowth });
  if (step) {
    const { from, to, x } = step;
    const isWorthAFinding =
      !isShort || step.to - step.from >= Math.max(LARGE_SHARE * Math.abs(step.from), series.leastGrowth);
    return {
      finding: isWorthAFinding ? stepFinding(context, series, step, { isShort, more }) : null,
      detail: `${say.steppedDetail(words, from, to, x)}; ${seen}`,
    };
  }
  const isWorse = verdict === 'growing' || (verdict !== 'flat' && series.atRest === 'worse');
  if (!isWorse) return { finding: null, detail: `${say.steadyDetail(words, verdict, trend.level)}; ${seen}` };
  const finding = degradationFinding(context, series, entry, { isShort, spanMs, more });
  return { finding, detail: `${say.worseDetail(words, trend.slope, trend.span)}; ${seen}` };
}

function degradationFinding(
  context: CheckContext,
  series: DegradingSeries,
  { trend }: TableEntry,
  { isShort, spanMs, more }: { readonly isShort: boolean; readonly spanMs: number; readonly more: readonly Evidence[] },
): FindingDraft {
  const { sign, scale, rateUnit } = say.seriesWords(series);
  const grown = trend.slope * trend.span;
  // A straight line through what began late starts below zero, where none of these figures can be.
  const early = Math.max(0, sign * (trend.latest - grown));
  const late = Math.max(0, sign * trend.latest);
  const share = Math.abs(late - early) / Math.max(Number.MIN_VALUE, early);
  const confidence = confidenceOf(share, isShort, spanMs);
  const { slope, low, high, span, points: blocks, halfRatio } = trend;
  const worsening = { early, late, share, slope, low, high, spanMs: span, blocks, halfRatio: halfRatio ?? 1 };
  const { kind, subject } = series;
  return {
    id: findingId(kind, subject.class, series.key),
    kind,
    confidence,
    severity: confidence === 'possible' ? 'minor' : 'major',
    title: say.trendTitle(series, worsening),
    subject,
    growth: {
      bytesPerHour: null,
      bytesPerHourCI: null,
      bytesPerRequest: null,
      objectsPerRequest: null,
      shareOfGrowth: null,
      ...NO_LIMIT,
      perHour: sign * scale * perHour(trend.slope),
      perHourUnit: rateUnit,
    },
    firstSeenMs: Math.max(0, context.judged.fromMs - context.whole.fromMs),
    evidence: [{ what: say.trendEvidence(series, worsening), file: series.file }, ...more],
    against: isShort ? [say.shortRun(spanMs)] : [],
    recommendation: series.recommendation ?? recommend(kind, { holder: subject.holder, subject: code(subject.class) }),
  };
}

/** Less than this, in a short run, is what a busy minute of the machine does. */
const DOUBLED = 1;

/** Of a short run: what began later than that may be a spell of seconds, which the end of the run cut off. */
const LEAST_LASTING = 1 / 3;

/** A lasting step is a finding of its own: it has a time, and what happened then is the first thing to look at. */
function stepFinding(
  context: CheckContext,
  series: DegradingSeries,
  step: LevelShift,
  { isShort, more }: { readonly isShort: boolean; readonly more: readonly Evidence[] },
): FindingDraft {
  const { x, from, to } = step;
  const { kind, subject } = series;
  const share = (to - from) / Math.max(Number.MIN_VALUE, Math.abs(from));
  const isSure = to - from >= (series.sureStep ?? Number.POSITIVE_INFINITY);
  const doubt = isSure ? null : machineDoubt(context, x);
  const { judged, whole } = context;
  const lasted = (judged.toMs - whole.fromMs - x) / (judged.toMs - judged.fromMs);
  const isCutOff = isShort && lasted < LEAST_LASTING;
  const isLarge = isShort
    ? !isCutOff && share >= (series.isTurned ? LARGE_SHARE : DOUBLED) && to - from >= (series.shortStep ?? 0)
    : share >= LARGE_SHARE / 2;
  const confidence: Confidence = isSure ? 'confirmed' : doubt === null && isLarge ? 'likely' : 'possible';
  return {
    id: findingId(kind, subject.class, series.key),
    kind,
    confidence,
    severity: isSure ? 'critical' : confidence === 'possible' ? 'minor' : 'major',
    title: say.stepTitle(series, step),
    subject,
    growth: null,
    firstSeenMs: Math.max(0, x),
    evidence: [{ what: say.stepEvidence(series, step), file: series.file }, ...aroundStep(context, x), ...more],
    against: [...(doubt === null ? [] : [doubt]), ...(isCutOff && !isSure ? [say.CUT_OFF] : [])],
    recommendation: series.recommendation ?? recommend(kind, { holder: subject.holder, subject: code(subject.class) }),
  };
}

function confidenceOf(share: number, isShort: boolean, spanMs: number): Confidence {
  if (isShort) return share >= LARGE_SHARE ? 'likely' : 'possible';
  return share >= LARGE_SHARE / 2 && spanMs >= LONG_RUN_MS ? 'confirmed' : 'likely';
}
