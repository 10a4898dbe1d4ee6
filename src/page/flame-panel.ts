import type { PageFlame } from '../model/page-data.ts';
import { printable } from '../model/printable.ts';
import { changeColour, ORIGINS, originColour } from './flame-colour.ts';
import { type FlameGraph, flameGraph, nameOf } from './flame-graph.ts';
import { calleesOf, callersOf, functionAt, invertFlame } from './flame-turns.ts';
import { type FlameWidget, flameWidget } from './flame-view.ts';
import { h } from './h.ts';
import { isDark } from './theme.ts';

type View = 'down' | 'up' | 'around';

const VIEWS: readonly (readonly [view: View, label: string])[] = [
  ['down', 'From the top'],
  ['up', 'From the leaves'],
  ['around', 'Callers and callees'],
];

/** A flame graph with its views: from the top, from the leaves, and the callers and callees of one function. */
export interface FlamePanel {
  readonly element: HTMLElement;
  /** Draws another graph, in the view that is chosen. Null for none: `instead` says why. */
  show(flame: PageFlame | null, instead?: string): void;
  /** Marks what a search finds; null ends it. Gives the share that was found. */
  search: FlameWidget['search'];
}

export function flamePanel(): FlamePanel {
  let view: View = 'down';
  let graph: FlameGraph | null = null;
  let selected = 0;
  let matches: Parameters<FlameWidget['search']>[0] = null;
  let widgets: readonly FlameWidget[] = [];
  const legend = h('p', { class: 'legend' });
  const place = h('div');
  const bar = h('div', { class: 'flame-bar' });
  const buttons = VIEWS.map(([name, label]) => {
    const button = h('button', { type: 'button', 'data-view': name }, label);
    button.addEventListener('click', () => turn(name));
    return button;
  });
  bar.append(...buttons);

  const select = (at: number): void => {
    selected = at;
  };
  const turn = (next: View): void => {
    view = next;
    draw();
  };
  const draw = (): void => {
    buttons.forEach((button) => {
      button.setAttribute('aria-pressed', String(button.dataset.view === view));
    });
    bar.hidden = graph === null;
    if (graph === null) return;
    const parts = partsOf(graph, view, selected);
    widgets = parts.map(({ flame }, i) =>
      flameWidget(flame, {
        // What is selected in the whole graph is what the third view turns around.
        onSelect: view === 'down' && i === 0 ? select : undefined,
        onAround: () => turn('around'),
      }),
    );
    legend.replaceChildren(...legendOf(graph.data));
    place.replaceChildren(
      ...parts.flatMap(({ heading }, i) => [
        ...(heading === '' ? [] : [h('h3', {}, heading)]),
        widgets[i]?.element ?? h('div'),
      ]),
    );
    for (const widget of widgets) widget.search(matches);
  };

  return {
    element: h('div', {}, bar, legend, place),
    show: (flame, instead = '') => {
      graph = flame && flameGraph(flame);
      selected = 0;
      draw();
      if (graph === null) {
        widgets = [];
        legend.replaceChildren();
        place.replaceChildren(h('p', { class: 'quiet' }, instead));
      }
    },
    search: (next) => {
      matches = next;
      return Math.max(0, ...widgets.map((widget) => widget.search(next)));
    },
  };
}

function partsOf(graph: FlameGraph, view: View, selected: number): { heading: string; flame: PageFlame }[] {
  if (view === 'down') return [{ heading: '', flame: graph.data }];
  if (view === 'up') return [{ heading: '', flame: invertFlame(graph) }];
  const at = selected > 0 ? selected : heaviestOwn(graph);
  const name = printable(nameOf(graph, at));
  const of = functionAt(graph, at);
  return [
    { heading: `Callers of ${name}, the nearest first`, flame: callersOf(graph, of) },
    { heading: `What ${name} calls`, flame: calleesOf(graph, of) },
  ];
}

/** Where nothing is selected: what takes most itself. */
function heaviestOwn({ data, size }: FlameGraph): number {
  let best = Math.min(1, size - 1);
  for (let i = 1; i < size; i++) if ((data.self[i] ?? 0) > (data.self[best] ?? 0)) best = i;
  return best;
}

function legendOf({ before, sample }: PageFlame): HTMLElement[] {
  const entries: readonly (readonly [string, string])[] = before
    ? [
        ['takes more than before', changeColour(2, 1, isDark())],
        ['takes less than before', changeColour(1, 2, isDark())],
        ...(sample ? [['no more change than the samples vary by', changeColour(1, 1, isDark())] as const] : []),
      ]
    : ORIGINS.map((origin) => [origin, originColour(origin, '', isDark())]);
  return entries.map(([word, colour]) => {
    const box = h('i');
    box.style.background = colour;
    return h('span', {}, box, word);
  });
}
