import type { PageFlame } from '../model/page-data.ts';
import { printable } from '../model/printable.ts';
import { changeColour, ORIGINS, originColour } from './flame-colour.ts';
import { type FlameWidget, flameWidget } from './flame-view.ts';
import { h } from './h.ts';
import { isDark } from './theme.ts';

/** Puts the flame graphs into the page, one at a time, with buttons to choose. Null where there are none. */
export function mountFlames(flames: readonly PageFlame[]): FlameWidget['search'] | null {
  const place = document.querySelector<HTMLElement>('[data-mount="flames"]');
  if (!place || flames.length === 0) return null;
  const widgets = flames.map(flameWidget);
  const detail = h('span', { class: 'quiet' });
  const legend = h('p', { class: 'legend' });
  const graph = h('div');
  const buttons = flames.map(({ title }) => h('button', { type: 'button', 'aria-pressed': 'false' }, title));
  const choose = (chosen: number): void => {
    buttons.forEach((button, i) => {
      button.setAttribute('aria-pressed', String(i === chosen));
    });
    const flame = flames[chosen];
    const widget = widgets[chosen];
    if (!flame || !widget) return;
    const dropped = flame.dropped > 0 ? `${flame.dropped} tiny frames left out` : '';
    detail.textContent = [printable(flame.detail), dropped].filter(Boolean).join('; ');
    legend.replaceChildren(...legendOf(flame));
    graph.replaceChildren(widget.element);
  };
  buttons.forEach((button, i) => {
    button.addEventListener('click', () => choose(i));
  });
  place.append(h('div', { class: 'flame-bar' }, ...(flames.length > 1 ? buttons : []), detail), legend, graph);
  // The later of two windows is what the service is like now.
  choose(
    Math.max(
      0,
      flames.findIndex(({ id }) => id === 'last'),
    ),
  );
  return (matches) => Math.max(...widgets.map((widget) => widget.search(matches)));
}

function legendOf({ before }: PageFlame): HTMLElement[] {
  const entries: readonly (readonly [string, string])[] = before
    ? [
        ['takes more than before', changeColour(2, 1, isDark())],
        ['takes less than before', changeColour(1, 2, isDark())],
      ]
    : ORIGINS.map((origin) => [origin, originColour(origin, '', isDark())]);
  return entries.map(([word, colour]) => {
    const box = h('i');
    box.style.background = colour;
    return h('span', {}, box, word);
  });
}
