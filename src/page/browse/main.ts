import type { HeapEntry } from '../../model/heap-pages.ts';
import { h } from '../h.ts';
import { ask, Refused } from './api.ts';
import { mountBar } from './bar.ts';
import { compareView } from './compare-view.ts';
import { changesView, suspectsView } from './heap-changes.ts';
import { classesView, objectsView, packagesView } from './heap-lists.ts';
import { dominatorsView, objectView } from './heap-object.ts';
import { holdersView, stringsView } from './heap-strings.ts';
import { runView } from './run-page.ts';
import { runsView } from './runs-list.ts';
import { addressOf, heading, type Place, placeOf, type View, type ViewContext } from './view.ts';

const IS_UI = document.documentElement.dataset.mode === 'ui';
const view = document.getElementById('view')!;
let values = false;
let leave = (): void => undefined;
let isFirst = true;

async function viewOf({ path }: Place, context: ViewContext): Promise<View> {
  const [page, id = '', what = 'classes', detail] = path;
  if (page === 'heap') return heapView(id, what, detail === undefined ? null : Number(detail), context);
  if (IS_UI && page === undefined) return runsView(context);
  if (IS_UI && page === 'run') return runView(id, context);
  if (IS_UI && page === 'compare') return compareView(id, what, context);
  if (page !== undefined) throw new Error('There is no such page.');
  const heaps = await ask<readonly HeapEntry[]>('heaps', {}, context.signal);
  // The last one can be compared with those before.
  return classesView(heaps.at(-1)?.id ?? '', context);
}

function heapView(id: string, what: string, detail: number | null, context: ViewContext): Promise<View> {
  if (what === 'classes') return classesView(id, context);
  if (what === 'objects') return objectsView(id, context);
  if (what === 'packages') return packagesView(id, context);
  if (what === 'changes') return changesView(id, context);
  if (what === 'suspects') return suspectsView(id, context);
  if (what === 'dominators') return dominatorsView(id, detail, context);
  if (what === 'strings') return detail === null ? stringsView(id, context) : holdersView(id, detail, context);
  if (what === 'object' && detail !== null) return objectView(id, detail, context);
  throw new Error('There is no such page.');
}

/** Shows where the address says; what is shown stays until the next page is there. */
async function show(): Promise<void> {
  leave();
  const gone = new AbortController();
  leave = () => gone.abort();
  view.setAttribute('aria-busy', 'true');
  const context: ViewContext = {
    place: placeOf(location.hash),
    values,
    signal: gone.signal,
    showValues: (on) => {
      values = on;
      void show();
    },
  };
  const next = await viewOf(context.place, context).catch((error: Error) => errorView(error));
  if (gone.signal.aborted) {
    next.leave?.();
    return;
  }
  leave = () => {
    gone.abort();
    next.leave?.();
  };
  document.title = `${next.title}: profiler`;
  view.replaceChildren(...next.nodes);
  view.removeAttribute('aria-busy');
  document.documentElement.dataset.ready = location.hash || '#';
  // With a keyboard or a screen reader, the reader starts at the new content.
  if (!isFirst) (view.querySelector<HTMLElement>('h2[tabindex], h1') ?? view).focus({ preventScroll: false });
  isFirst = false;
}

function errorView(error: Error): View {
  const hint = error instanceof Refused && error.hint !== '' ? [h('p', { class: 'quiet' }, error.hint)] : [];
  const back = h('p', {}, h('a', { href: addressOf([]) }, 'To the start'));
  return {
    title: 'Not found',
    nodes: [heading('This cannot be shown'), h('p', { role: 'alert' }, error.message), ...hint, back],
  };
}

mountBar(document.getElementById('bar')!, IS_UI);
addEventListener('hashchange', () => void show());
void show();
