import { formatBytes, formatCount } from '../../model/units.ts';
import { h } from '../h.ts';

export interface Column {
  readonly head: string;
  readonly isNumber?: boolean;
}
export type Cell = string | HTMLElement;

export const TEXT = (head: string): Column => ({ head });
export const NUMBER = (head: string): Column => ({ head, isNumber: true });

/** A table that scrolls inside itself on a narrow screen; the first cell of a row names the row. */
export function grid(caption: string, columns: readonly Column[], rows: readonly (readonly Cell[])[]): HTMLElement {
  const classOf = (column: number): Record<string, string> => (columns[column]?.isNumber ? { class: 'right' } : {});
  const heads = columns.map(({ head }, column) => h('th', { scope: 'col', ...classOf(column) }, head));
  const body = rows.map((cells) =>
    h(
      'tr',
      {},
      ...cells.map((cell, column) =>
        column === 0
          ? h(
              'th',
              { scope: 'row', ...classOf(0) },
              typeof cell === 'string' && cell.trim() === '' ? '(no name)' : cell,
            )
          : h('td', classOf(column), cell),
      ),
    ),
  );
  const table = h(
    'table',
    {},
    h('caption', {}, caption),
    h('thead', {}, h('tr', {}, ...heads)),
    h('tbody', {}, ...body),
  );
  return h('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': caption }, table);
}

/** `1 to 50 of 1,204`, with links to the pages before and after. */
export function pager(
  { from, count, shown }: { readonly from: number; readonly count: number; readonly shown: number },
  pageSize: number,
  addressAt: (from: number) => string,
): HTMLElement {
  if (count === 0) return h('p', { class: 'quiet' }, 'Nothing fits.');
  const end = from + shown;
  return h(
    'p',
    { class: 'pager' },
    h('span', {}, `${formatCount(from + 1)} to ${formatCount(end)} of ${formatCount(count)}`),
    from > 0 ? h('a', { href: addressAt(Math.max(0, from - pageSize)) }, 'Previous') : null,
    end < count ? h('a', { href: addressAt(end) }, 'Next') : null,
  );
}

export function bytes(size: number | null): string {
  return size === null ? '' : formatBytes(size);
}

/** What a gate measured, in its unit. */
export function gateFigure(measured: number | null, unit: string): string {
  if (measured === null) return 'unknown';
  if (unit === 'bytes') return formatBytes(measured);
  const figure = String(Number(measured.toPrecision(4)));
  if (unit === 'count') return figure;
  return `${figure} ${unit === 'percent' ? '%' : unit}`;
}

export function signed(text: string): string {
  return text.startsWith('-') || /^0\b/.test(text) ? text : `+${text}`;
}

/** `1 object`, `3 objects`. */
export function counted(count: number, one: string): string {
  return `${formatCount(count)} ${one}${count === 1 ? '' : 's'}`;
}
