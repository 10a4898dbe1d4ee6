import type { PageFlame } from '../model/page-data.ts';
import { boxOf, type FlameView, paintFlame, ROW } from './flame-canvas.ts';
import { type FlameGraph, firstChild, flameGraph, isUnder, searchFrames, sibling } from './flame-graph.ts';
import { describeFrame } from './flame-words.ts';
import { h } from './h.ts';
import { onThemeChange } from './theme.ts';

const TALLEST = 480;

/** One flame graph with mouse and keyboard; `element` is what to put into the page. */
export interface FlameWidget {
  readonly element: HTMLElement;
  /** Marks what a search finds; null ends the search. Gives the share of all time that was found. */
  search(matches: ((text: string) => boolean) | null): number;
}

export interface FlameHooks {
  /** Told of each frame that is selected. */
  readonly onSelect?: ((i: number) => void) | undefined;
  /** Key `s`: the reader wants to see who calls the selected function. */
  readonly onAround?: () => void;
}

/** Draws a flame graph: click or Enter zooms, Escape goes one step out, the arrow keys walk from frame to frame. */
export function flameWidget(data: PageFlame, { onSelect, onAround }: FlameHooks = {}): FlameWidget {
  const graph = flameGraph(data);
  let view: FlameView = { zoom: 0, selected: 0, hits: null };
  const canvas = h('canvas');
  const spacer = h('div');
  const frame = h(
    'div',
    {
      class: 'flame',
      tabindex: 0,
      role: 'application',
      'aria-label': `${data.title}, flame graph of ${graph.size} frames. Arrow keys move, Enter zooms, Escape zooms out.`,
    },
    canvas,
    spacer,
  );
  const status = h('p', { class: 'flame-status quiet', role: 'status' });
  const tip = h('div', { class: 'tip', hidden: true });

  const paint = (): void => {
    const width = frame.clientWidth;
    const tall = graph.rows * ROW;
    const height = Math.min(tall, TALLEST);
    spacer.style.height = `${tall - height}px`;
    frame.dataset.zoom = String(view.zoom);
    if (width > 0) paintFlame(canvas, graph, view, { width, height, scrollTop: frame.scrollTop });
  };
  const show = (next: Partial<FlameView>): void => {
    view = { ...view, ...next };
    if (next.selected !== undefined) onSelect?.(next.selected);
    status.textContent = describeFrame(graph, view.selected);
    paint();
  };
  const frameAt = (event: MouseEvent): number | null => {
    const box = canvas.getBoundingClientRect();
    const depth = Math.floor((event.clientY - box.top + frame.scrollTop) / ROW);
    return hitFrame(graph, view.zoom, depth, event.clientX - box.left, box.width);
  };

  frame.addEventListener('scroll', paint);
  frame.addEventListener('keydown', (event) => {
    if (event.key === 's' && onAround) {
      onAround();
      return;
    }
    const next = keyMove(graph, view, event.key);
    if (!next) return;
    event.preventDefault();
    show(next);
    keepVisible(frame, graph, view.selected);
  });
  canvas.addEventListener('click', (event) => {
    const i = frameAt(event);
    if (i !== null) show({ zoom: i, selected: i });
  });
  canvas.addEventListener('mousemove', (event) => placeTip(tip, graph, frameAt(event), event));
  canvas.addEventListener('mouseleave', () => {
    tip.hidden = true;
  });
  new ResizeObserver(paint).observe(frame);
  onThemeChange(paint);

  return {
    element: h('div', {}, frame, status, tip),
    search: (matches) => {
      const found = matches ? searchFrames(graph, matches) : null;
      show({ hits: found?.hits ?? null });
      return found?.share ?? 0;
    },
  };
}

/** What a key does; null for keys that are not ours. */
function keyMove(graph: FlameGraph, { selected, zoom }: FlameView, key: string): Partial<FlameView> | null {
  const to = (i: number | null): Partial<FlameView> => (i === null || i < 0 ? {} : { selected: i });
  switch (key) {
    case 'ArrowDown':
      return to(firstChild(graph, selected));
    case 'ArrowUp':
      return to(graph.parent[selected] ?? -1);
    case 'ArrowRight':
      return to(sibling(graph, selected, 1));
    case 'ArrowLeft':
      return to(sibling(graph, selected, -1));
    case 'Enter':
      return { zoom: selected };
    case 'Escape': {
      const out = Math.max(0, graph.parent[zoom] ?? 0);
      return { zoom: out, selected: isUnder(graph, selected, out) ? selected : out };
    }
    case 'Home':
      return { zoom: 0, selected: 0 };
    default:
      return null;
  }
}

function hitFrame(graph: FlameGraph, zoom: number, depth: number, x: number, width: number): number | null {
  for (let i = 0; i < graph.size; i++) {
    if (graph.data.depth[i] !== depth) continue;
    const box = boxOf(graph, i, zoom, width);
    if (x >= box.x && x < box.x + box.width) return i;
  }
  return null;
}

function keepVisible(frame: HTMLElement, { data }: FlameGraph, i: number): void {
  const top = (data.depth[i] ?? 0) * ROW;
  if (top < frame.scrollTop) frame.scrollTop = top;
  else if (top + ROW > frame.scrollTop + frame.clientHeight) frame.scrollTop = top + ROW - frame.clientHeight;
}

function placeTip(tip: HTMLElement, graph: FlameGraph, i: number | null, { clientX, clientY }: MouseEvent): void {
  tip.hidden = i === null;
  if (i === null) return;
  tip.textContent = describeFrame(graph, i);
  tip.style.left = `${Math.max(4, Math.min(clientX + 12, innerWidth - tip.offsetWidth - 8))}px`;
  tip.style.top = `${clientY + 18 + tip.offsetHeight > innerHeight ? clientY - tip.offsetHeight - 8 : clientY + 18}px`;
}
