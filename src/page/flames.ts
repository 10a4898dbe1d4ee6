import type { PageFlame, PageFlameWindows } from '../model/page-data.ts';
import { printable } from '../model/printable.ts';
import { type Choice, choicesOf, drawChoice, oneWindow, type TimeRange, windowLabel } from './flame-choices.ts';
import { type FlamePanel, flamePanel } from './flame-panel.ts';
import { h } from './h.ts';
import type { TimeSelection } from './time-selection.ts';

/** Puts graphs that belong to no window into the page, one at a time, with buttons to choose. Null if there are none. */
export function mountFlames(flames: readonly PageFlame[]): FlamePanel['search'] | null {
  const place = document.querySelector<HTMLElement>('[data-mount="flames"]');
  if (!place || flames.length === 0) return null;
  const panel = flamePanel();
  const detail = h('span', { class: 'quiet' });
  const bar = h('div', { class: 'flame-bar' });
  const show = (flame: PageFlame): void => {
    detail.textContent = detailOf(flame);
    panel.show(flame);
  };
  bar.append(...choiceButtons(flames, ({ title }) => title, show), detail);
  place.append(bar, panel.element);
  return panel.search;
}

/** Where each kind of windows is drawn. */
const PLACES: Readonly<Record<PageFlameWindows['id'], string>> = { cpu: 'flames', allocations: 'allocations' };

/** Puts the windows of a run into the page: the reader chooses which, by button, by list, or by a frame in a chart. */
export function mountFlameWindows(sets: readonly PageFlameWindows[], time: TimeSelection): FlamePanel['search'] | null {
  const searches = sets.flatMap((set) => {
    const place = document.querySelector<HTMLElement>(`[data-mount="${PLACES[set.id]}"]`);
    return place && set.windows.length > 0 ? [mountWindows(place, set, time)] : [];
  });
  // The share that is shown is that of the first graph: of the CPU, if there is one.
  return searches.length === 0 ? null : (matches) => searches.map((search) => search(matches))[0] ?? 0;
}

function mountWindows(place: HTMLElement, set: PageFlameWindows, time: TimeSelection): FlamePanel['search'] {
  const panel = flamePanel();
  const detail = h('span', { class: 'quiet' });
  const bar = h('div', { class: 'flame-bar' });
  const list = windowList(set, (index) => show(oneWindow(set, index)));
  const show = (choice: Choice): void => {
    const flame = drawChoice(set, choice);
    detail.textContent = detailOf(flame);
    panel.show(flame);
    if (list && choice.id !== 'one') list.value = '';
  };
  const paint = (range: TimeRange | null): void => {
    const choices = choicesOf(set, range);
    const buttons = choiceButtons(choices, ({ label }) => label, show);
    bar.replaceChildren(...buttons, ...(list ? [list] : []), detail);
    if (range !== null && !choices.some(({ id }) => id === 'time')) {
      for (const button of buttons) button.setAttribute('aria-pressed', 'false');
      detail.textContent = '';
      panel.show(null, NOTHING_THERE[set.id]);
    }
  };
  place.append(bar, panel.element);
  time.onChange(paint);
  paint(time.range);
  return panel.search;
}

const NOTHING_THERE: Readonly<Record<PageFlameWindows['id'], string>> = {
  cpu: 'No CPU window lies in the selected time.',
  allocations: 'No two readings of the allocations lie in the selected time.',
};

/** All windows by their time. Null if the buttons name them all. */
function windowList(set: PageFlameWindows, choose: (index: number) => void): HTMLSelectElement | null {
  if (set.windows.length < 3) return null;
  const options = set.windows.map((_, i) => h('option', { value: String(i) }, windowLabel(set, i)));
  const list = h(
    'select',
    { 'aria-label': set.id === 'cpu' ? 'One CPU window' : 'One reading' },
    h('option', { value: '' }, set.id === 'cpu' ? 'One window …' : 'One reading …'),
    ...options,
  );
  list.addEventListener('change', () => {
    if (list.value === '') return;
    for (const button of list.parentElement?.querySelectorAll('button') ?? [])
      button.setAttribute('aria-pressed', 'false');
    choose(Number(list.value));
  });
  return list;
}

/** A button for each, of which one is pressed: the first at once. A single one needs no button. */
function choiceButtons<Item>(
  items: readonly Item[],
  labelOf: (item: Item) => string,
  show: (item: Item) => void,
): HTMLButtonElement[] {
  const buttons = items.map((item) => h('button', { type: 'button', 'aria-pressed': 'false' }, labelOf(item)));
  const press = (chosen: number): void => {
    buttons.forEach((button, i) => {
      button.setAttribute('aria-pressed', String(i === chosen));
    });
    const item = items[chosen];
    if (item !== undefined) show(item);
  };
  buttons.forEach((button, i) => {
    button.addEventListener('click', () => press(i));
  });
  press(0);
  return items.length > 1 ? buttons : [];
}

function detailOf({ detail, dropped }: PageFlame): string {
  return [printable(detail), dropped > 0 ? `${dropped} tiny frames left out` : ''].filter(Boolean).join('; ');
}
