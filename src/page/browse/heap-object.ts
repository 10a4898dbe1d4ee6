import type { DominatedList, HeapReference, ObjectDetails, ReferenceList } from '../../model/heap-answers.ts';
import { ROWS_A_PAGE } from '../../model/heap-answers.ts';
import type { PathEntry } from '../../model/heap-pages.ts';
import { formatCount } from '../../model/units.ts';
import { h } from '../h.ts';
import { ask } from './api.ts';
import { bytes, type Cell, grid, NUMBER, pager, TEXT } from './grid.ts';
import { heapFrame } from './heap-frame.ts';
import { objectList } from './heap-lists.ts';
import { addressOf, facts, link, prose, type View, type ViewContext } from './view.ts';

/** One object: what it is, what keeps it alive, what it refers to, what refers to it. */
export async function objectView(heap: string, id: number, context: ViewContext): Promise<View> {
  const { values, signal } = context;
  const { query } = context.place;
  const [fieldsFrom, retainersFrom] = [query.get('fields') ?? 0, query.get('retainers') ?? 0];
  const frame = await heapFrame(heap, 'object', context);
  const [object, retainers] = await Promise.all([
    ask<ObjectDetails>(`heap/${heap}/object`, { id, from: fieldsFrom, values }, signal),
    ask<ReferenceList>(`heap/${heap}/retainers`, { id, from: retainersFrom, values }, signal),
  ]);
  const at = (name: string, from: number): string =>
    addressOf(['heap', heap, 'object', id], {
      fields: query.get('fields'),
      retainers: query.get('retainers'),
      [name]: from,
    });
  return {
    title: `${object.words} @${id}`,
    nodes: [
      ...frame.head,
      h('h2', { class: 'object', tabindex: -1 }, `${object.words} @${id}`),
      objectFacts(heap, object),
      pathPlace(heap, id, signal),
      ...dominators(heap, object),
      h('h2', {}, 'Refers to'),
      ...references(heap, object.fields, 'Fields', (from) => at('fields', from)),
      h('h2', {}, 'Referred to by'),
      ...references(heap, retainers, 'Retainers', (from) => at('retainers', from)),
    ],
  };
}

function objectFacts(heap: string, object: ObjectDetails): HTMLElement {
  const { location, value, characters, shallowBytes, retainedBytes } = object;
  const place =
    location && `${location.scriptUrl}${location.line0 < 0 ? '' : `:${location.line0 + 1}:${location.column0 + 1}`}`;
  return facts([
    ['type', object.type],
    ['shallow size', bytes(shallowBytes)],
    ['retained size', bytes(retainedBytes)],
    ['package', link(object.package, ['heap', heap, 'objects'], { query: `package:"${object.package}"` })],
    ...(place ? ([['place', place]] as const) : []),
    ...(characters === null ? [] : ([['characters', formatCount(characters)]] as const)),
    ...(value === null ? [] : ([['value', h('code', { class: 'text' }, value)]] as const)),
  ]);
}

/** Paths need a table of the whole heap, which is not there yet in the first second of a large snapshot. */
function pathPlace(heap: string, id: number, signal: AbortSignal): HTMLElement {
  const list = h('ol', { class: 'steps' }, h('li', { class: 'quiet' }, 'Looking for the path'));
  const section = h('section', {}, h('h2', {}, 'Kept alive by'), list);
  ask<PathEntry | null>(`heap/${heap}/path`, { id }, signal).then(
    (path) => {
      const steps = path?.steps.map(({ text, id: step }, index) =>
        h(
          'li',
          {},
          ...(index === 0
            ? prose(text)
            : [h('a', { href: addressOf(['heap', heap, 'object', step]) }, ...prose(text))]),
        ),
      );
      list.replaceChildren(...(steps ?? [h('li', {}, 'Nothing but weak references leads to it.')]));
    },
    (error: Error) => {
      if (!signal.aborted) list.replaceChildren(h('li', {}, error.message));
    },
  );
  return section;
}

function dominators(heap: string, { id, dominators: chain, dominatorsLeftOut }: ObjectDetails): HTMLElement[] {
  const steps = chain.map((object) =>
    h(
      'li',
      {},
      link(object.words, ['heap', heap, 'object', object.id]),
      h('span', { class: 'quiet' }, ` ${bytes(object.retainedBytes)}`),
    ),
  );
  const left =
    dominatorsLeftOut > 0 ? [h('li', { class: 'quiet' }, `${formatCount(dominatorsLeftOut)} above these`)] : [];
  const below = link('What it alone keeps', ['heap', heap, 'dominators', id]);
  return [h('h2', {}, 'Dominated by'), h('ol', { class: 'crumbs' }, ...left, ...steps), h('p', {}, below)];
}

function references(
  heap: string,
  list: ReferenceList,
  what: string,
  addressAt: (from: number) => string,
): HTMLElement[] {
  const shown = list.references.length;
  const columns = [TEXT('Name'), TEXT('Kind'), TEXT('Object'), TEXT('Value'), NUMBER('Shallow'), NUMBER('Retained')];
  const rows = list.references.map((reference) => referenceCells(heap, reference));
  return [
    ...(shown > 0 ? [grid(`${what}: ${formatCount(list.count)}`, columns, rows)] : []),
    pager({ from: list.from, count: list.count, shown }, ROWS_A_PAGE, addressAt),
  ];
}

function referenceCells(heap: string, { name, kind, object, value, characters }: HeapReference): Cell[] {
  const told =
    value === null
      ? characters === null
        ? ''
        : `${formatCount(characters)} characters`
      : h('code', { class: 'text' }, value);
  return [
    name,
    kind,
    link(`${object.words} @${object.id}`, ['heap', heap, 'object', object.id]),
    told,
    bytes(object.shallowBytes),
    bytes(object.retainedBytes),
  ];
}

/** The dominator tree, a level at a time. */
export async function dominatorsView(heap: string, id: number | null, context: ViewContext): Promise<View> {
  const from = context.place.query.get('from') ?? 0;
  const frame = await heapFrame(heap, 'dominators', context);
  const list = await ask<DominatedList>(`heap/${heap}/dominated`, { id, from }, context.signal);
  const path = id === null ? ['heap', heap, 'dominators'] : ['heap', heap, 'dominators', id];
  const top = list.of
    ? [
        h('h2', {}, `Kept by ${list.of.words} @${list.of.id}`),
        h('p', {}, link('The object', ['heap', heap, 'object', list.of.id])),
      ]
    : [h('h2', {}, 'Kept by the roots')];
  const level = objectList(
    heap,
    list,
    'Objects directly below',
    (next) => addressOf(path, { from: next }),
    'dominators',
  );
  return { title: 'Dominators', nodes: [...frame.head, ...top, ...level] };
}
