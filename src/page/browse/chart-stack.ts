import { h } from '../h.ts';
import { onThemeChange } from '../theme.ts';
import { type TimeChart, timeChart } from '../time-chart.ts';
import { TimeSelection } from '../time-selection.ts';

/** Charts that share one axis and one selection of time, and are drawn anew when the theme or their figures change. */
export interface ChartStack {
  readonly element: HTMLElement;
  paint(): void;
}

export function chartStack(charts: () => readonly Omit<TimeChart, 'time'>[]): ChartStack {
  const element = h('div', { class: 'charts' });
  let time = new TimeSelection();
  const paint = (): void => {
    const { range } = time;
    // The charts that go listen to the selection that goes.
    time = new TimeSelection();
    time.select(range);
    element.replaceChildren(...charts().map((chart) => timeChart({ ...chart, time })));
  };
  paint();
  onThemeChange(paint);
  return { element, paint };
}
