import type { PageChart } from '../model/page-data.ts';
import { printable } from '../model/printable.ts';
import { h } from './h.ts';

/** A button that saves the series of the page as a CSV file: one line a point, in long form. */
export function csvButton(charts: readonly PageChart[]): HTMLButtonElement {
  const button = h('button', { type: 'button' }, 'Save as CSV');
  button.addEventListener('click', () => {
    const address = URL.createObjectURL(new Blob([csvOf(charts)], { type: 'text/csv' }));
    h('a', { href: address, download: 'series.csv' }).click();
    URL.revokeObjectURL(address);
  });
  return button;
}

function csvOf(charts: readonly PageChart[]): string {
  const lines = charts.flatMap(({ title, unit, tSec, value }) =>
    // A break in the line of a chart has no value: nothing was measured there.
    tSec.flatMap((t, i) => (value[i] === null ? [] : [[cell(title), cell(unit), t, value[i]].join(',')])),
  );
  return `${['metric,unit,seconds,value', ...lines].join('\n')}\n`;
}

/** Quoted, and not taken for a formula by a spreadsheet. */
function cell(text: string): string {
  const shown = printable(text).replaceAll('"', '""');
  return `"${/^[=+\-@]/.test(shown) ? `'${shown}` : shown}"`;
}
