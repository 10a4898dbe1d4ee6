import type { Finding } from '../model/finding.ts';
import type { CapacityCurve, StressReport, StressStage } from '../model/stress-report.ts';
import { fitScalability } from '../stats/universal-scalability.ts';
import { breaksTitle, STRESS_ADVICE, TRIED_ONCE } from '../words/stress.ts';
import { findingId } from './finding-id.ts';
import { whatGaveWay } from './gave-way.ts';

/** A level is good when it held the last time it was tried, bad when it broke then. */
export function breakingInterval(stages: readonly StressStage[]): StressReport['breakingPoint'] {
  const latest = new Map(stages.filter(({ isDoubtful }) => !isDoubtful).map((stage) => [stage.level, stage]));
  const broken = [...latest.values()].filter(({ broke }) => broke.length > 0);
  const to = broken.length === 0 ? null : Math.min(...broken.map(({ level }) => level));
  const held = [...latest.values()].filter(({ level, broke }) => broke.length === 0 && (to === null || level < to));
  return {
    from: held.length === 0 ? null : Math.max(...held.map(({ level }) => level)),
    to,
    reasons: broken.find(({ level }) => level === to)?.broke ?? [],
  };
}

/** A stage with more failed requests does not show what the service can do. */
const MOST_ERRORS = 0.05;

/** Throughput over load, of the stages that the generator itself did not limit. */
export function capacityCurve(stages: readonly StressStage[], unit: StressReport['unit']): CapacityCurve {
  const usable = stages.filter(({ isDoubtful, errorShare }) => !isDoubtful && errorShare < MOST_ERRORS);
  const points = usable.map((stage) => ({
    load: unit === 'users' ? stage.level : stage.inFlight,
    throughput: stage.throughputPerSecond,
  }));
  const fit = fitScalability(points);
  return {
    law: fit.kind === 'fitted' ? { ...fit } : null,
    refusal: fit.kind === 'refused' ? fit.reason : null,
    of: unit === 'users' ? 'users' : 'requests in flight',
    bestThroughput: Math.max(0, ...usable.map(({ throughputPerSecond }) => throughputPerSecond)),
  };
}

/** The breaking point as a finding of a report; null if nothing broke. `repeated`: the level broke more than once. */
export function breakingFinding(
  { from, to, reasons }: StressReport['breakingPoint'],
  stages: readonly StressStage[],
  unit: StressReport['unit'],
): Finding | null {
  const gaveWay = whatGaveWay(stages, to);
  if (to === null || gaveWay === null || gaveWay.resource === 'generator') return null;
  const times = stages.filter(({ level, broke }) => level === to && broke.length > 0).length;
  return {
    id: findingId('breaking-point', unit, gaveWay.resource),
    kind: 'breaking-point',
    confidence: times > 1 ? 'confirmed' : 'likely',
    severity: 'major',
    rank: 1,
    title: breaksTitle(from, to, unit, reasons[0]),
    subject: { class: gaveWay.resource, holder: '', path: [], source: null, package: null },
    growth: null,
    evidence: [...reasons, gaveWay.detail].map((what) => ({ what, file: null })),
    against: times > 1 ? [] : [TRIED_ONCE],
    recommendation: STRESS_ADVICE[gaveWay.resource],
    verify: '',
  };
}
