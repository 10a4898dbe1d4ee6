import type { ClassChangeRow, HeapChanges, ObjectList } from '../../model/heap-answers.ts';
import type { HeapEntry, SuspectEntry } from '../../model/heap-pages.ts';
import { formatBytes, formatCount } from '../../model/units.ts';
import { h } from '../h.ts';
import { ask } from './api.ts';
import { bytes, type Cell, grid, NUMBER, signed, TEXT } from './grid.ts';
import { heapFrame } from './heap-frame.ts';
import { objectList } from './heap-lists.ts';
import { addressOf, link, prose, type View, type ViewContext } from './view.ts';

const ROWS = 200;

/** What became more or less from an earlier snapshot to this one, by class and down to the objects. */
export async function changesView(heap: string, context: ViewContext): Promise<View> {
  const { query } = context.place;
  const frame = await heapFrame(heap, 'changes', context);
  const earlier = query.get('earlier') ?? frame.heap.earlier[0]?.id ?? '';
  const name = query.get('class');
  const nodes =
    name === null
      ? await classChanges(heap, earlier, context.signal)
      : await objectChanges(heap, earlier, name, context);
  return { title: 'Changes', nodes: [...frame.head, earlierChoice(frame.heap, earlier), ...nodes] };
}

function earlierChoice({ id, earlier }: HeapEntry, chosen: string): HTMLElement {
  const links = earlier.map((one) =>
    one.id === chosen ? h('strong', {}, one.name) : link(one.name, ['heap', id, 'changes'], { earlier: one.id }),
  );
  return h('p', { class: 'pager' }, h('span', {}, 'Compared with:'), ...links);
}

async function classChanges(heap: string, earlier: string, signal: AbortSignal): Promise<HTMLElement[]> {
  const { byIds, sameClass, classes } = await ask<HeapChanges>(`heap/${heap}/changes`, { earlier }, signal);
  const changed = classes.filter(
    ({ countDelta, shallowDelta, added, removed }) => countDelta !== 0 || shallowDelta !== 0 || added || removed,
  );
  const address = (name: string, side: string): Parameters<typeof link>[2] => ({ earlier, class: name, side });
  const cells = (row: ClassChangeRow): Cell[] => [
    row.class,
    signed(formatCount(row.countDelta)),
    ...(byIds
      ? [
          link(formatCount(row.added ?? 0), ['heap', heap, 'changes'], address(row.class, 'new')),
          link(formatCount(row.removed ?? 0), ['heap', heap, 'changes'], address(row.class, 'gone')),
        ]
      : []),
    signed(bytes(row.shallowDelta)),
  ];
  const how = byIds
    ? `${percent(sameClass)} of the common object ids keep their class: new and gone objects are known one by one.`
    : 'Object ids do not compare between these snapshots, so only the numbers of objects by class are known.';
  const ids = byIds ? [NUMBER('New'), NUMBER('Gone')] : [];
  const columns = [TEXT('Class'), NUMBER('Objects'), ...ids, NUMBER('Shallow')];
  const caption = `${formatCount(changed.length)} classes changed, largest growth first`;
  return [h('p', { class: 'quiet' }, how), grid(caption, columns, changed.slice(0, ROWS).map(cells))];
}

async function objectChanges(
  heap: string,
  earlier: string,
  name: string,
  context: ViewContext,
): Promise<HTMLElement[]> {
  const { query } = context.place;
  const side = query.get('side') === 'gone' ? 'gone' : 'new';
  const asked = { earlier, class: name, side, from: query.get('from') };
  const list = await ask<ObjectList>(`heap/${heap}/changed-objects`, asked, context.signal);
  const at = (from: number): string => addressOf(['heap', heap, 'changes'], { ...asked, from });
  const where = side === 'gone' ? earlier : heap;
  return [
    h('h2', {}, `${side === 'new' ? 'New' : 'Gone'}: ${name}`),
    h('p', {}, link('All classes', ['heap', heap, 'changes'], { earlier })),
    ...objectList(where, list, side === 'new' ? 'Only in this snapshot' : 'Only in the earlier snapshot', at),
  ];
}

/** What grew, what holds it, and its objects. */
export async function suspectsView(heap: string, context: ViewContext): Promise<View> {
  const { query } = context.place;
  const frame = await heapFrame(heap, 'suspects', context);
  const wanted = query.get('class');
  const holder = query.get('holder');
  if (wanted !== null && holder !== null) {
    const asked = { class: wanted, holder, from: query.get('from') };
    const list = await ask<ObjectList>(`heap/${heap}/held-objects`, asked, context.signal);
    const nodes = objectList(heap, list, `${wanted} held by @${holder}`, (from) =>
      addressOf(['heap', heap, 'suspects'], { ...asked, from }),
    );
    const back = h('p', {}, link('All suspects', ['heap', heap, 'suspects']));
    return { title: wanted, nodes: [...frame.head, h('h2', {}, `Objects of the suspect ${wanted}`), back, ...nodes] };
  }
  const suspects = await ask<readonly SuspectEntry[]>(`heap/${heap}/suspects`, {}, context.signal);
  const none = h('p', {}, 'No suspect: nothing that an old object holds became more.');
  const cards = suspects.map((suspect, index) => suspectCard(heap, suspect, index));
  return { title: 'Suspects', nodes: [...frame.head, ...(cards.length > 0 ? cards : [none])] };
}

function suspectCard(heap: string, suspect: SuspectEntry, index: number): HTMLElement {
  const { class: name, holder, holderId, counts, bytes: sizes, shareOfGrowth, path, place } = suspect;
  const steps = path.map((step) => h('li', {}, ...prose(step)));
  return h(
    'section',
    { class: 'card' },
    h('h2', {}, h('span', {}, ...prose(`${index + 1}. ${name} held by ${holder}`))),
    h(
      'p',
      {},
      `${percent(shareOfGrowth)} of the growth: ${counts.map(formatCount).join(', ')} objects, ${sizes.map(formatBytes).join(', ')}`,
    ),
    ...(place === null ? [] : [h('p', { class: 'place' }, place)]),
    h('ol', { class: 'steps' }, ...steps),
    h(
      'p',
      { class: 'pager' },
      link('Its objects', ['heap', heap, 'suspects'], { class: name, holder: holderId }),
      link('The holder', ['heap', heap, 'object', holderId]),
    ),
  );
}

function percent(share: number | null): string {
  return share === null ? 'unknown' : `${Math.floor(share * 1000) / 10} %`;
}
