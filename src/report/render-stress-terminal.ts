import type { StressReport, StressStage } from '../model/stress-report.ts';
import { formatCount } from '../model/units.ts';
import { figure, formatMs, percent } from '../words/figures.ts';
import { gateLine, type TerminalOptions } from './render-terminal.ts';
import { terminalTable } from './terminal-table.ts';
import { type Rendered, sanitise, span, type TerminalLine } from './terminal-text.ts';

/** Where a service breaks, what gave way, and the curve up to there. */
export function renderStressTerminal(report: StressReport, { colour }: TerminalOptions): Rendered {
  const { gaveWay, gates, findings } = report;
  const [finding] = findings;
  const lines: TerminalLine[] = [
    ...stageTable(report),
    [],
    [span(outcomeWords(report), report.outcome === 'held' ? 'green' : 'bold')],
    ...report.breakingPoint.reasons.map((reason): TerminalLine => [span(`  ${reason}`)]),
    ...(gaveWay ? [[span('What gave way first  ', 'dim'), span(`${gaveWay.resource}: ${gaveWay.detail}`)]] : []),
    ...(finding ? [[span('What to do           ', 'dim'), span(finding.recommendation)]] : []),
    [span('Capacity             ', 'dim'), span(curveWords(report))],
  ];
  return sanitise(gates.length === 0 ? lines : [...lines, [], ...gates.map(gateLine)], colour);
}

function stageTable({ stages, unit }: StressReport): TerminalLine[] {
  const right = (head: string): { head: string; align: 'right' } => ({ head, align: 'right' });
  return terminalTable(
    [
      right(unit),
      right('per s'),
      right('errors'),
      right('p50'),
      right('p99'),
      right('CPU'),
      right('loop'),
      { head: '' },
    ],
    stages.map((stage) => [
      figure(stage.level),
      figure(stage.throughputPerSecond),
      percent(stage.errorShare),
      formatMs(stage.p50Ms),
      formatMs(stage.p99Ms),
      stage.resources.cpuPercent === undefined ? '' : `${Math.round(stage.resources.cpuPercent)} %`,
      stage.resources.loopUtilization === undefined ? '' : percent(stage.resources.loopUtilization),
      stageWords(stage),
    ]),
  );
}

/** How a stage went, in a few words. */
export function stageWords({ broke, generatorLimits, isDoubtful }: StressStage): string {
  if (isDoubtful) return `generator limited: ${generatorLimits[0]}`;
  return broke.length === 0 ? 'holds' : `broke: ${broke[0]}`;
}

function outcomeWords({ outcome, breakingPoint: { from, to }, unit }: StressReport): string {
  if (to !== null && from !== null)
    return `The service breaks between ${formatCount(from)} and ${formatCount(to)} ${unit}.`;
  if (to !== null) return `The service breaks at ${formatCount(to)} ${unit}, the lowest level that was tried.`;
  const upTo = from === null ? 'at no level' : `up to ${formatCount(from)} ${unit}`;
  if (outcome === 'generator-limited')
    return `The generator gave way before the service, which holds ${upTo}: add --workers, or drive from another machine.`;
  return `The service holds ${upTo}${outcome === 'stopped' ? ', as far as it was tried' : ', the highest level that was tried'}.`;
}

function curveWords({ curve }: StressReport): string {
  const best = `at most ${figure(curve.bestThroughput)} answers a second were measured`;
  if (curve.law === null) return `${best}; no law of scalability was fitted: ${curve.refusal}`;
  const { sigma, kappa, relativeError, peakLoad, peakThroughput } = curve.law;
  const law = `Universal Scalability Law: contention ${sigma.toPrecision(2)}, coherency ${kappa.toPrecision(2)}, off by ${percent(relativeError)}`;
  if (peakLoad === null || peakThroughput === null) return `${best}; ${law}; its peak lies beyond what was tried`;
  return `${best}; ${law}; most throughput at ${figure(peakLoad)} ${curve.of} (${figure(peakThroughput)}/s)`;
}
