import type { HotFunction } from '../model/report-document.ts';
import { formatCount, type Microseconds } from '../model/units.ts';
import { formatMs, percent } from '../words/figures.ts';
import { formatPlace } from '../words/place.ts';
import { collectionShare } from '../words/report/labels.ts';
import type { TerminalOptions } from './render-terminal.ts';
import { terminalTable } from './terminal-table.ts';
import { type Rendered, sanitise, span } from './terminal-text.ts';

/** What a CPU profile comes to. */
export interface CpuSummaryText {
  readonly title: string;
  readonly wholeUs: Microseconds;
  readonly activeUs: Microseconds;
  readonly gcUs: Microseconds;
  readonly samples: number;
  /** Largest self time first. */
  readonly functions: readonly Pick<HotFunction, 'name' | 'place' | 'selfUs' | 'selfShare' | 'totalShare'>[];
}

const LONGEST_NAME = 40;
const SHORTEST_PLACE = 48;

/** The functions of a CPU profile by self time, for the terminal. */
export function renderCpuTerminal(cpu: CpuSummaryText, { colour, width = 80 }: TerminalOptions): Rendered {
  const figures = [
    `busy ${percent(cpu.activeUs / (cpu.wholeUs || 1))} of ${formatMs(cpu.wholeUs / 1000)}`,
    collectionShare(cpu.gcUs / (cpu.activeUs || 1)),
    `${formatCount(cpu.samples)} samples`,
  ];
  const table = terminalTable(
    [
      { head: 'self', align: 'right' },
      { head: 'share', align: 'right' },
      { head: 'with calls', align: 'right' },
      { head: 'function', maxWidth: LONGEST_NAME },
      { head: 'line', maxWidth: Math.max(SHORTEST_PLACE, width - 75) },
    ],
    cpu.functions
      .filter(({ selfUs }) => selfUs > 0)
      .map(({ name, place, selfUs, selfShare, totalShare }) => [
        formatMs(selfUs / 1000),
        percent(selfShare),
        percent(totalShare),
        name,
        place === null ? 'native' : formatPlace(place),
      ]),
  );
  return sanitise([[span(cpu.title, 'bold')], [span(figures.join(' | '), 'dim')], [], ...table], colour);
}
