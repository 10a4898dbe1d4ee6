import { h } from '../h.ts';
import { onThemeChange } from '../theme.ts';
import { type DrawnChart, type TimeChart, timeChart } from '../time-chart.ts';
import { TimeSelection } from '../time-selection.ts';

/** Charts that share one axis and one selection of time, and are drawn anew when the theme or their figures change. */
export interface ChartStack {
  readonly element: HTMLElement;
  paint(): void;
  /** When the reader goes on. */
  close(): void;
}

export function chartStack(charts: () => readonly Omit<TimeChart, 'time'>[]): ChartStack {
  const element = h('div', { class: 'charts' });
  let time = new TimeSelection();
  let drawn: readonly DrawnChart[] = [];
  const clear = (): void => {
    for (const chart of drawn) chart.close();
    drawn = [];
  };
  const paint = (): void => {
    const { range } = time;
    // The charts that go listen to the selection that goes.
    time = new TimeSelection();
    time.select(range);
    clear();
    drawn = charts().map((chart) => timeChart({ ...chart, time }));
    element.replaceChildren(...drawn.map((chart) => chart.element));
  };
  paint();
  const ignoreTheme = onThemeChange(paint);
  return {
    element,
    paint,
    close: () => {
      ignoreTheme();
      clear();
    },
  };
}
