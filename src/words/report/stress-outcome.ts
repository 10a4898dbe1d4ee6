import type { StressReport, StressStage } from '../../model/stress-report.ts';
import { formatCount } from '../../model/units.ts';
import { figure, percent } from '../figures.ts';

/** How a stage went, in a few words. */
export function stageWords({ broke, generatorLimits, isDoubtful }: StressStage): string {
  if (isDoubtful) return `generator limited: ${generatorLimits[0]}`;
  return broke.length === 0 ? 'holds' : `broke: ${broke[0]}`;
}

export function outcomeWords({ outcome, breakingPoint: { from, to }, unit }: StressReport): string {
  if (to !== null && from !== null)
    return `The service breaks between ${formatCount(from)} and ${formatCount(to)} ${unit}.`;
  if (to !== null) return `The service breaks at ${formatCount(to)} ${unit}, the lowest tested level.`;
  const upTo = from === null ? 'at no level' : `up to ${formatCount(from)} ${unit}`;
  if (outcome === 'generator-limited')
    return `The load generator reached its limit before the service did. The service handles ${upTo}: add --workers, or drive from another machine.`;
  return `The service handles ${upTo}${outcome === 'stopped' ? ', the highest level before the stop' : ', the highest tested level'}.`;
}

export function curveWords({ curve }: StressReport): string {
  const best = `at most ${figure(curve.bestThroughput)} responses per second were measured`;
  if (curve.law === null) return `${best}; no scalability curve was fitted: ${curve.refusal}`;
  const { sigma, kappa, relativeError, peakLoad, peakThroughput } = curve.law;
  const law = `Universal Scalability Law: contention ${sigma.toPrecision(2)}, coherency ${kappa.toPrecision(2)}, off by ${percent(relativeError)}`;
  if (peakLoad === null || peakThroughput === null) return `${best}; ${law}; its peak is above the tested levels`;
  return `${best}; ${law}; most throughput at ${figure(peakLoad)} ${curve.of} (${figure(peakThroughput)}/s)`;
}
