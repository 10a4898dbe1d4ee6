import type { HeapEntry } from '../../model/heap-pages.ts';
import { formatBytes } from '../../model/units.ts';
import { h } from '../h.ts';
import { ask } from './api.ts';
import { addressOf, heading, link, tabs, type ViewContext } from './view.ts';

/** What every page about a snapshot has: which one it is, the tabs, the search, the switch for values. */
export interface HeapFrame {
  readonly heap: HeapEntry;
  readonly head: readonly HTMLElement[];
}

export async function heapFrame(id: string, tab: string, context: ViewContext): Promise<HeapFrame> {
  const heaps = await ask<readonly HeapEntry[]>('heaps', { of: id }, context.signal);
  const heap = heaps.find((one) => one.id === id);
  if (!heap) throw new Error('There is no such snapshot.');
  const at = (page: string): string => addressOf(['heap', id, page]);
  const compared: readonly (readonly [string, string, string])[] =
    heap.earlier.length === 0
      ? []
      : [
          ['changes', 'Changes', at('changes')],
          ['suspects', 'Suspects', at('suspects')],
        ];
  const nav = tabs('Snapshot', tab, [
    ['classes', 'Classes', at('classes')],
    ['objects', 'Objects', at('objects')],
    ['dominators', 'Dominators', at('dominators')],
    ['packages', 'Packages', at('packages')],
    ['strings', 'Strings', at('strings')],
    ...compared,
  ]);
  return {
    heap,
    head: [
      heading(heap.name, formatBytes(heap.fileBytes)),
      ...(heap.run === null ? [] : [h('p', {}, link('The run', ['run', heap.run]))]),
      h(
        'div',
        { class: 'tools' },
        nav,
        h('div', { class: 'switches' }, ...snapshotChoice(heaps, id, tab), valueSwitch(context)),
      ),
      queryForm(id, context.place.query.get('query') ?? ''),
    ],
  };
}

function snapshotChoice(heaps: readonly HeapEntry[], id: string, tab: string): HTMLElement[] {
  if (heaps.length < 2) return [];
  const options = heaps.map((heap) => h('option', { value: heap.id, selected: heap.id === id }, heap.name));
  const select = h('select', { 'aria-label': 'Snapshot' }, ...options);
  select.addEventListener('change', () => {
    location.hash = addressOf(['heap', select.value, tab === 'object' ? 'classes' : tab]);
  });
  return [select];
}

/** Values in a heap may be passwords. They are shown only on request, and for this page only. */
function valueSwitch({ values, showValues }: ViewContext): HTMLElement {
  const box = h('input', { type: 'checkbox', id: 'values', checked: values });
  box.addEventListener('change', () => showValues(box.checked));
  const label = h('label', { for: 'values' }, 'Show values');
  return h('span', { class: 'switch', title: 'Strings and numbers may hold secrets' }, box, label);
}

function queryForm(id: string, query: string): HTMLElement {
  const input = h('input', {
    type: 'search',
    value: query,
    placeholder: 'class:/Order/ retained>1MB package:lru-cache',
    'aria-label': 'Query objects by class, function, package, type, size or id',
    'data-main-search': true,
  });
  const form = h('form', { class: 'query', role: 'search' }, input, h('button', { type: 'submit' }, 'Find'));
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    location.hash = addressOf(['heap', id, 'objects'], { query: input.value });
  });
  return form;
}
