import type { StressReport } from '../model/stress-report.ts';
import { figure, formatMs, percent } from '../words/figures.ts';
import { LABEL } from '../words/report/labels.ts';
import { curveWords, outcomeWords, stageWords } from '../words/report/stress-outcome.ts';
import { gateLine, type TerminalOptions } from './render-terminal.ts';
import { terminalTable } from './terminal-table.ts';
import { type Rendered, sanitise, span, type TerminalLine } from './terminal-text.ts';

const LABEL_WIDTH = 21;

/** Where a service breaks, what reached its limit, and the curve up to there. */
export function renderStressTerminal(report: StressReport, { colour }: TerminalOptions): Rendered {
  const { gaveWay, gates, findings } = report;
  const [finding] = findings;
  const lines: TerminalLine[] = [
    ...stageTable(report),
    [],
    [span(outcomeWords(report), report.outcome === 'held' ? 'green' : 'bold')],
    ...report.breakingPoint.reasons.map((reason): TerminalLine => [span(`  ${reason}`)]),
    ...(gaveWay
      ? [[span(LABEL.gaveWay.padEnd(LABEL_WIDTH), 'dim'), span(`${gaveWay.resource}: ${gaveWay.detail}`)]]
      : []),
    ...(finding ? [[span(LABEL.whatToDo.padEnd(LABEL_WIDTH), 'dim'), span(finding.recommendation)]] : []),
    [span('Capacity'.padEnd(LABEL_WIDTH), 'dim'), span(curveWords(report))],
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
