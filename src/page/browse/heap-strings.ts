import type { RepeatedString, RepeatedStrings, StringHolder } from '../../model/heap-answers.ts';
import { ROWS_A_PAGE } from '../../model/heap-answers.ts';
import { formatCount } from '../../model/units.ts';
import { h } from '../h.ts';
import { ask } from './api.ts';
import { bytes, counted, grid, NUMBER, pager, TEXT } from './grid.ts';
import { heapFrame } from './heap-frame.ts';
import { addressOf, link, type View, type ViewContext } from './view.ts';

/** Texts that are there more than once. */
export async function stringsView(heap: string, context: ViewContext): Promise<View> {
  const { values, signal } = context;
  const from = context.place.query.get('from') ?? 0;
  const frame = await heapFrame(heap, 'strings', context);
  const list = await ask<RepeatedStrings>(`heap/${heap}/strings`, { from, values }, signal);
  const rows = list.biggest.map((text) => [
    h(
      'a',
      { href: addressOf(['heap', heap, 'strings', text.text]) },
      values ? shown(text) : `text ${text.fingerprint}`,
    ),
    formatCount(text.characters),
    formatCount(text.copies),
    bytes(text.wastedBytes),
  ]);
  const columns = [TEXT('Text'), NUMBER('Characters'), NUMBER('Copies'), NUMBER('Could be saved')];
  const words = `${counted(list.strings, 'string')} are copies of another: ${bytes(list.wastedBytes)} could be saved.`;
  const note = values
    ? []
    : [h('p', { class: 'quiet' }, 'Show values to read the texts; equal names stand for equal texts.')];
  return {
    title: 'Strings',
    nodes: [
      ...frame.head,
      h('p', {}, words),
      ...note,
      ...(rows.length > 0 ? [grid('Texts that are there more than once', columns, rows)] : []),
      pager({ from: list.from, count: list.count, shown: rows.length }, ROWS_A_PAGE, (next) =>
        addressOf(['heap', heap, 'strings'], { from: next }),
      ),
    ],
  };
}

function shown({ value, fingerprint }: RepeatedString): string {
  return value === null ? fingerprint : value.slice(0, 200);
}

/** Who holds the copies of one text. */
export async function holdersView(heap: string, text: number, context: ViewContext): Promise<View> {
  const { values, signal } = context;
  const frame = await heapFrame(heap, 'strings', context);
  const holders = await ask<readonly StringHolder[]>(`heap/${heap}/string-holders`, { text, values }, signal);
  const rows = holders.map((holder) => [
    holder.class,
    holder.kind,
    holder.name,
    formatCount(holder.copies),
    formatCount(holder.references),
    link(`@${holder.example}`, ['heap', heap, 'object', holder.example]),
  ]);
  const columns = [
    TEXT('Held by'),
    TEXT('Kind'),
    TEXT('Name'),
    NUMBER('Copies'),
    NUMBER('References'),
    TEXT('Example'),
  ];
  const back = h('p', {}, link('All texts', ['heap', heap, 'strings']));
  return { title: 'Holders of a text', nodes: [...frame.head, back, grid('Who holds the copies', columns, rows)] };
}
