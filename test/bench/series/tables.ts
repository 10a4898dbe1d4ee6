import { mean, median } from '../../../src/stats/order-statistics.ts';
import { LENGTHS, PERSISTENCES } from './conditions.ts';
import { CARRIERS } from './make-run.ts';
import type { Outcome } from './outcomes.ts';
import { SERIES_CLASSES } from './series-classes.ts';

/** `held-out`: seeds and classes that were not looked at while the method was chosen. */
export type Part = 'tuning' | 'held-out';

/** The report of one part, in Markdown. */
export function tablesOf(part: Part, outcomes: readonly Outcome[]): string {
  const healthy = outcomes.filter(({ seriesClass }) => !seriesClass.leaks);
  const leaks = outcomes.filter(({ seriesClass, isWorthAWord }) => seriesClass.leaks && isWorthAWord);
  const clear = leaks.filter(({ deviations }) => deviations >= 2);
  const columns: Column[] = [
    { name: 'all', holds: () => true },
    ...LENGTHS.map(({ name }) => ({ name, holds: ({ condition }: Outcome) => condition.length.name === name })),
    ...PERSISTENCES.map((persistence) => ({
      name: `p ${persistence}`,
      holds: ({ condition }: Outcome) => condition.persistence === persistence,
    })),
    ...CARRIERS.map((name) => ({ name, holds: ({ carrier }: Outcome) => carrier === name })),
  ];
  const isAlarm = ({ isAlarm }: Outcome): boolean => isAlarm;
  return [
    `## ${TITLES[part]}`,
    `${outcomes.length} series${part === 'held-out' ? `; classes not used: ${HELD_OUT_CLASSES}` : ''}.`,
    '### False alarms',
    table(healthy, columns, byClass(healthy), (cell) => rate(cell, isAlarm)),
    '### False alarms that are more than `possible`',
    table(healthy, columns, byClass(healthy), (cell) => rate(cell, ({ isAccused }) => isAccused)),
    '### Recall by class, growth of 2 block standard deviations or more',
    table(clear, columns, byClass(clear), (cell) => rate(cell, isAlarm)),
    '### Recall by growth, in block standard deviations',
    table(leaks, columns, bySize(leaks), (cell) => rate(cell, isAlarm)),
    '### The same for a test that knew the noise in advance: no test can find more',
    table(leaks, columns, bySize(leaks), (cell) => percent(mean(cell.map((outcome) => outcome.bestRecall)))),
    '### Slope: median of the relative error (size), growth of 2 or more',
    table(straight(clear), columns, bySize(clear), (cell) =>
      percent(median(cell.map(({ slopeError }) => Math.abs(slopeError ?? 0)))),
    ),
    '### Interval of the slope contains the true value (nominal 95 %)',
    table(straight(leaks), columns, byClass(straight(leaks)), (cell) =>
      rate(cell, ({ holdsSlope }) => holdsSlope === true),
    ),
    '### Interval of the time to the limit contains the true value (nominal 95 %), heap',
    table(timed(leaks), columns, byClass(timed(leaks)), (cell) => rate(cell, ({ holdsTime }) => holdsTime === true)),
    '### Of these, open-ended',
    table(timed(leaks), columns, [all], (cell) => rate(cell, ({ isOpen }) => isOpen)),
    '### Found, of leaks between the smallest size that their run says it could detect and twice that (nominal 90 %)',
    table(
      straight(leaks).filter(({ overAnnounced }) => overAnnounced >= 1 && overAnnounced < 2),
      columns,
      [all],
      (cell) => rate(cell, isAlarm),
    ),
  ].join('\n\n');
}

const TITLES: Readonly<Record<Part, string>> = {
  'held-out': 'Held out: seeds and classes that were not used to choose the method',
  tuning: 'Tuning: the series that the method was chosen on',
};

const HELD_OUT_CLASSES = SERIES_CLASSES.filter(({ isHeldOut }) => isHeldOut)
  .map(({ name }) => name)
  .join(', ');

interface Column {
  readonly name: string;
  readonly holds: (outcome: Outcome) => boolean;
}

const all: Column = { name: 'all', holds: () => true };

function byClass(outcomes: readonly Outcome[]): Column[] {
  const names = SERIES_CLASSES.filter((one) => outcomes.some(({ seriesClass }) => seriesClass === one));
  return [...names.map((one) => ({ name: one.name, holds: ({ seriesClass }: Outcome) => seriesClass === one })), all];
}

function bySize(outcomes: readonly Outcome[]): Column[] {
  const sizes = [...new Set(outcomes.map(({ deviations }) => deviations))].sort((a, b) => a - b);
  return [
    ...sizes.map((size) => ({ name: String(size), holds: ({ deviations }: Outcome) => deviations === size })),
    all,
  ];
}

function straight(outcomes: readonly Outcome[]): Outcome[] {
  return outcomes.filter(({ slopeError }) => slopeError !== null);
}

function timed(outcomes: readonly Outcome[]): Outcome[] {
  return outcomes.filter(({ holdsTime }) => holdsTime !== null);
}

function table(
  outcomes: readonly Outcome[],
  columns: readonly Column[],
  rows: readonly Column[],
  cellOf: (cell: readonly Outcome[]) => string,
): string {
  const lines = rows.map((row) => {
    const inRow = outcomes.filter(row.holds);
    const cells = columns.map((column) => {
      const cell = inRow.filter(column.holds);
      return cell.length === 0 ? '' : cellOf(cell);
    });
    return `| ${row.name} | ${inRow.length} | ${cells.join(' | ')} |`;
  });
  const head = `| | series | ${columns.map(({ name }) => name).join(' | ')} |`;
  return [head, `|---|---|${columns.map(() => '---').join('|')}|`, ...lines].join('\n');
}

function rate(cell: readonly Outcome[], isTrue: (outcome: Outcome) => boolean): string {
  return percent(cell.filter(isTrue).length / cell.length);
}

function percent(share: number): string {
  return `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;
}
