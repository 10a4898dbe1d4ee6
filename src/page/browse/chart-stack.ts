import { h } from '../h.ts';
import { onThemeChange } from '../theme.ts';
import { type DrawnChart, type TimeChart, timeChart } from '../time-chart.ts';
import { TimeSelection } from '../time-selection.ts';

type Chart = Omit<TimeChart, 'time'>;

/** Charts that share one axis and one selection of time. Other figures go into the charts that are there; another theme draws all anew. */
export interface ChartStack {
  readonly element: HTMLElement;
  /** Takes the figures as they are now. */
  paint(): void;
  /** When the reader goes on. */
  close(): void;
}

export function chartStack(charts: () => readonly Chart[]): ChartStack {
  const element = h('div', { class: 'charts' });
  let time = new TimeSelection();
  const drawn = new Map<string, DrawnChart>();
  const clear = (): void => {
    for (const chart of drawn.values()) chart.close();
    drawn.clear();
  };
  const paint = (): void => {
    for (const chart of charts()) {
      const known = drawn.get(keyOf(chart));
      if (known) {
        known.show(chart);
        continue;
      }
      const added = timeChart({ ...chart, time });
      drawn.set(keyOf(chart), added);
      element.append(added.element);
    }
  };
  const drawAnew = (): void => {
    const { range } = time;
    // The charts that go listen to the selection that goes.
    time = new TimeSelection();
    time.select(range);
    clear();
    element.replaceChildren();
    paint();
  };
  paint();
  const ignoreTheme = onThemeChange(drawAnew);
  return {
    element,
    paint,
    close: () => {
      ignoreTheme();
      clear();
    },
  };
}

/** A chart of other lines is another one. */
function keyOf({ title, lines }: Chart): string {
  return JSON.stringify([title, ...lines.map(({ label }) => label)]);
}
