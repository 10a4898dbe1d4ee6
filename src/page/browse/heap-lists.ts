import type { HeapObject, HeapOverview, ObjectList, PackageRow } from '../../model/heap-answers.ts';
import { ROWS_A_PAGE } from '../../model/heap-answers.ts';
import { formatCount } from '../../model/units.ts';
import { h } from '../h.ts';
import { ask } from './api.ts';
import { bytes, counted, grid, NUMBER, pager, TEXT } from './grid.ts';
import { heapFrame } from './heap-frame.ts';
import { addressOf, link, type View, type ViewContext } from './view.ts';

const CLASSES_SHOWN = 200;
const OBJECT_COLUMNS = [TEXT('Object'), TEXT('Id'), TEXT('Package'), NUMBER('Shallow'), NUMBER('Retained')];

function objectCells(heap: string, object: HeapObject, page: string): (string | HTMLElement)[] {
  const { id, words, package: name, shallowBytes, retainedBytes } = object;
  return [link(words, ['heap', heap, page, id]), `@${id}`, name, bytes(shallowBytes), bytes(retainedBytes)];
}

/** Classes by retained size, with a filter that needs no server. */
export async function classesView(id: string, context: ViewContext): Promise<View> {
  const [frame, overview] = await Promise.all([
    heapFrame(id, 'classes', context),
    ask<HeapOverview>(`heap/${id}/overview`, {}, context.signal),
  ]);
  const { classes, nodes, edges, totalBytes, systemShare, damage } = overview;
  const words = `${counted(nodes, 'object')}, ${counted(edges, 'reference')}, ${bytes(totalBytes)}; ${Math.round(systemShare * 100)} % of it is the engine's own`;
  const place = h('div', {});
  const filter = h('input', {
    type: 'search',
    placeholder: 'Filter classes by name or regex',
    'aria-label': 'Filter classes',
  });
  const paint = (): void => {
    const fits = matcher(filter.value);
    const fitting = classes.filter((row) => fits(row.class));
    const rows = fitting
      .slice(0, CLASSES_SHOWN)
      .map((row) => [
        link(row.class, ['heap', id, 'objects'], { query: classQuery(row.class) }),
        formatCount(row.count),
        bytes(row.shallowBytes),
        bytes(row.retainedBytes),
      ]);
    const left = fitting.length - rows.length;
    const columns = [TEXT('Class'), NUMBER('Objects'), NUMBER('Shallow'), NUMBER('Retained')];
    place.replaceChildren(
      grid(`${counted(fitting.length, 'class').replace(/classs$/, 'classes')}, most retained first`, columns, rows),
      h('p', { class: 'quiet' }, left > 0 ? `${formatCount(left)} more: filter them by name.` : ''),
    );
  };
  filter.addEventListener('input', paint);
  paint();
  const notes = damage.map((what) => h('p', { class: 'quiet' }, `Not whole: ${what}`));
  return { title: frame.heap.name, nodes: [...frame.head, h('p', {}, words), ...notes, filter, place] };
}

/** Exactly this class, whatever characters are in its name. */
function classQuery(name: string): string {
  return /["\s]/.test(name) || name.startsWith('/')
    ? `class:/^${name.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')}$/`
    : `class:${name}`;
}

export async function objectsView(id: string, context: ViewContext): Promise<View> {
  const { query } = context.place;
  const asked = {
    query: query.get('query') ?? '',
    sort: query.get('sort') ?? 'retained',
    from: query.get('from') ?? 0,
  };
  const frame = await heapFrame(id, 'objects', context);
  const list = await ask<ObjectList>(`heap/${id}/objects`, asked, context.signal);
  const orders = ['retained', 'shallow', 'id'].map((sort) => {
    const words = sort === 'id' ? 'newest id' : `${sort} size`;
    return sort === asked.sort
      ? h('strong', {}, words)
      : link(words, ['heap', id, 'objects'], { ...asked, sort, from: null });
  });
  return {
    title: `Objects of ${frame.heap.name}`,
    nodes: [
      ...frame.head,
      h('p', { class: 'pager' }, h('span', {}, 'Order:'), ...orders),
      ...objectList(id, list, 'Objects', (from) => addressOf(['heap', id, 'objects'], { ...asked, from })),
    ],
  };
}

/** A page of objects; each row leads to the object, or to what it keeps. */
export function objectList(
  heap: string,
  list: ObjectList,
  what: string,
  addressAt: (from: number) => string,
  page: 'object' | 'dominators' = 'object',
): HTMLElement[] {
  const caption = `${what}: ${formatCount(list.count)}, ${bytes(list.shallowBytes)} shallow`;
  const shown = list.objects.length;
  return [
    ...(shown > 0
      ? [
          grid(
            caption,
            OBJECT_COLUMNS,
            list.objects.map((object) => objectCells(heap, object, page)),
          ),
        ]
      : []),
    pager({ from: list.from, count: list.count, shown }, ROWS_A_PAGE, addressAt),
  ];
}

export async function packagesView(id: string, context: ViewContext): Promise<View> {
  const frame = await heapFrame(id, 'packages', context);
  const packages = await ask<readonly PackageRow[]>(`heap/${id}/packages`, {}, context.signal);
  const rows = packages.map((row) => [
    link(row.package, ['heap', id, 'objects'], { query: `package:"${row.package}"` }),
    formatCount(row.objects),
    bytes(row.shallowBytes),
    bytes(row.retainedBytes),
    row.classes.map((one) => one.class).join(', '),
  ]);
  const columns = [TEXT('Package'), NUMBER('Objects'), NUMBER('Shallow'), NUMBER('Retained'), TEXT('Most of it')];
  const note =
    'An object belongs to the package that has its class or function, anything else to that of its dominator.';
  return {
    title: `Packages of ${frame.heap.name}`,
    nodes: [...frame.head, grid('Packages, largest first', columns, rows), h('p', { class: 'quiet' }, note)],
  };
}

/** A regular expression without regard to case; where it is not one yet, the text itself. */
function matcher(text: string): (name: string) => boolean {
  if (text.trim() === '') return () => true;
  try {
    const pattern = new RegExp(text, 'i');
    return (name) => pattern.test(name);
  } catch {
    return (name) => name.toLowerCase().includes(text.toLowerCase());
  }
}
