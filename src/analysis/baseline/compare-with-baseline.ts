import type { ComparedMeasure, Comparison, MeasuredRun, MeasureVerdict, RunMeasure } from '../../model/baseline.ts';
import { EXIT } from '../../model/exit-codes.ts';
import { compareRepeats, type Repeats } from '../../stats/compare-repeats.ts';
import { holm } from '../../stats/holm.ts';
import { median } from '../../stats/order-statistics.ts';
import { lostMeasures, spreadAssumed } from '../../words/baseline.ts';
import { ENOUGH_RUNS, type MeasureKind, measureKind, PRIOR_DEGREES } from './measure-catalogue.ts';
import { regressionFinding } from './regression-finding.ts';

/** The chance that runs which differ by chance alone show any regression at all, over all figures together. */
const ALPHA = 0.05;

/** Sentences of the caller. */
export interface ComparisonFaults {
  /** What there is to say of the conditions. */
  readonly notes?: readonly string[];
  /** What the runs lack: they cannot pass then. */
  readonly missing?: readonly string[];
  /** Their own gates that fail: what fails by itself is no pass in any comparison. */
  readonly failed?: readonly string[];
}

interface Paired {
  readonly key: string;
  readonly name: string;
  readonly kind: MeasureKind;
  readonly before: readonly RunMeasure[];
  readonly after: readonly RunMeasure[];
}

/**
 * Holds runs against the runs of a baseline. A figure is a regression when it got worse by more than its least effect,
 * and when runs that differ by chance alone hardly ever differ as much (5 % over all figures of the comparison together, Holm; the figures
 * hang together and the least effects forbid most of it, so what is seen is far less).
 */
export function compareWithBaseline(
  baseline: readonly MeasuredRun[],
  runs: readonly MeasuredRun[],
  { notes = [], missing = [], failed = [] }: ComparisonFaults = {},
): Comparison {
  const pairs = pairMeasures(baseline, runs);
  const compared = pairs.map((pair) => ({ pair, ...compareMeasure(pair) }));
  const corrected = {
    worse: holm(compared.map(({ pWorse }) => pWorse)),
    better: holm(compared.map(({ pBetter }) => pBetter)),
  };
  const measures = compared.map(({ measure, pair }, i): ComparedMeasure => {
    const certainty = { worse: corrected.worse[i] ?? 1, better: corrected.better[i] ?? 1 };
    return { ...measure, verdict: verdictOf(measure, pair.kind, certainty) };
  });
  const findings = measures
    .filter(({ verdict }) => verdict === 'worse')
    .map((measure) => regressionFinding(measure, { baseline, runs }))
    .toSorted((a, b) => b.weight - a.weight)
    .map(({ finding }, i) => ({ ...finding, rank: i + 1 }));
  const exitCode =
    findings.length > 0 || failed.length > 0
      ? EXIT.gateFailed
      : measures.length === 0 || missing.length > 0
        ? EXIT.notEnoughData
        : EXIT.passed;
  return {
    schema: 'profiler-comparison/1',
    baseline: baseline.map(({ id }) => id),
    runs: runs.map(({ id }) => id),
    verdict: exitCode === EXIT.passed ? 'pass' : exitCode === EXIT.gateFailed ? 'fail' : 'inconclusive',
    exitCode,
    notes: [...failed, ...missing, ...notes, ...lostNote(baseline, runs), ...spreadNote(baseline)],
    measures,
    findings,
  };
}

function pairMeasures(baseline: readonly MeasuredRun[], runs: readonly MeasuredRun[]): Paired[] {
  const keys = new Set(baseline.flatMap(({ measures }) => measures.map(({ key }) => key)));
  return [...keys].flatMap((key) => {
    const found = measureKind(key);
    const [before, after] = [ofKey(baseline, key), ofKey(runs, key)];
    return found && before.length > 0 && after.length > 0 ? [{ key, ...found, before, after }] : [];
  });
}

function ofKey(runs: readonly MeasuredRun[], key: string): RunMeasure[] {
  return runs.flatMap(({ measures }) => measures.filter((measure) => measure.key === key));
}

function compareMeasure({ key, name, kind, before, after }: Paired): {
  readonly measure: Omit<ComparedMeasure, 'verdict'>;
  readonly pWorse: number;
  readonly pBetter: number;
} {
  const isRatio = kind.scale === 'ratio';
  const floor = kind.leastChange / 100;
  const prior = { deviation: kind.usualSpread, degrees: PRIOR_DEGREES };
  const { low, high, difference, pHigher } = compareRepeats(
    repeats(before, isRatio, floor),
    repeats(after, isRatio, floor),
    prior,
  );
  const level = median(before.map(({ value }) => value));
  const now = median(after.map(({ value }) => value));
  const inUnit = (amount: number): number => (isRatio ? Math.max(level, floor) * Math.expm1(amount) : amount);
  const asShare = (amount: number): number => (isRatio ? Math.expm1(amount) : amount / level);
  const hasShare = level > 0;
  const measure = {
    key,
    title: kind.title(name),
    unit: kind.unit,
    better: kind.better,
    baseline: summary(before),
    now: summary(after),
    change: now - level,
    changeCI: [inUnit(low), inUnit(high)] as const,
    changeShare: hasShare ? asShare(difference) : null,
    changeShareCI: hasShare ? ([asShare(low), asShare(high)] as const) : null,
  };
  const pLower = 1 - pHigher;
  return kind.better === 'lower'
    ? { measure, pWorse: pHigher, pBetter: pLower }
    : { measure, pWorse: pLower, pBetter: pHigher };
}

/** Times near 0 have no logarithm worth comparing: below `floor` all are alike. */
function repeats(measures: readonly RunMeasure[], isRatio: boolean, floor: number): Repeats {
  const levels = measures.map(({ value }) => (isRatio ? Math.max(value, floor) : value));
  return {
    values: levels.map((level) => (isRatio ? Math.log(level) : level)),
    errors: measures.map(({ error }, i) => (isRatio ? error / (levels[i] ?? 1) : error)),
  };
}

function summary(measures: readonly RunMeasure[]): ComparedMeasure['baseline'] {
  const values = measures.map(({ value }) => value);
  return { median: median(values), low: Math.min(...values), high: Math.max(...values), runs: values.length };
}

function verdictOf(
  { change, baseline }: Omit<ComparedMeasure, 'verdict'>,
  { better, leastChange, leastShare }: MeasureKind,
  p: { readonly worse: number; readonly better: number },
): MeasureVerdict {
  const worsened = better === 'lower' ? change : -change;
  const least = Math.max(leastChange, leastShare * Math.abs(baseline.median));
  if (Math.abs(worsened) < least) return 'same';
  if (worsened > 0) return p.worse <= ALPHA ? 'worse' : 'unclear';
  return p.better <= ALPHA ? 'better' : 'unclear';
}

/** A figure that is no longer there may hide a regression: a request that was renamed, a collector that failed. */
function lostNote(baseline: readonly MeasuredRun[], runs: readonly MeasuredRun[]): string[] {
  const now = new Set(runs.flatMap(({ measures }) => measures.map(({ key }) => key)));
  const lost = [...new Set(baseline.flatMap(({ measures }) => measures.map(({ key }) => key)))].filter(
    (key) => !now.has(key),
  );
  return lost.length === 0 ? [] : [lostMeasures(lost)];
}

function spreadNote(baseline: readonly MeasuredRun[]): string[] {
  return baseline.length >= ENOUGH_RUNS ? [] : [spreadAssumed(baseline.length, ENOUGH_RUNS)];
}
