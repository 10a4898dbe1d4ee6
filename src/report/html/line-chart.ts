import { html, type Markup, NOTHING } from '../markup.ts';

interface Point {
  readonly x: number;
  readonly y: number;
}

/** A line without axes for a table cell. The figures are next to it, so screen readers skip it. */
export function sparkline(values: readonly number[]): Markup {
  const points = scaled(values, 88, 20, 2);
  return html`<svg class="spark" viewBox="0 0 88 20" width="88" height="20" aria-hidden="true" focusable="false"><polyline points="${pathOf(points)}"/>${points.slice(-1).map(({ x, y }) => html`<circle cx="${x}" cy="${y}" r="2"/>`)}</svg>`;
}

export interface ChartPoint {
  /** Place on the time axis, in any unit. */
  readonly at: number;
  readonly value: number;
  /** Written under and over the point; a point with neither is only a bend of the line. */
  readonly label: string;
  readonly figure: string;
}

const WIDTH = 360;
const HEIGHT = 170;
const TOP = 30;
const BOTTOM = 26;
const SIDE = 34;

/** A line with the figures of its most important points, from zero up: how a leak grew. Needs no script. */
export function growthChart(title: string, measured: readonly ChartPoint[]): Markup {
  const points = placed(measured);
  const floor = HEIGHT - BOTTOM;
  const area = `${pathOf(points)} ${points.at(-1)?.x ?? 0},${floor} ${points[0]?.x ?? 0},${floor}`;
  const told = measured.filter(({ figure }) => figure !== '').map(({ figure, label }) => `${figure} at ${label}`);
  const marks = points.map(({ x, y }, i) => {
    const { label, figure } = measured[i] ?? { label: '', figure: '' };
    if (figure === '') return NOTHING;
    return html`<circle cx="${x}" cy="${y}" r="3.5"/><text class="figure" x="${x}" y="${y - 10}">${figure}</text><text x="${x}" y="${HEIGHT - 8}">${label}</text>`;
  });
  return html`<svg class="steps" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${`${title}: ${told.join(', ')}`}">
<line class="floor" x1="${SIDE - 14}" y1="${floor}" x2="${WIDTH - SIDE + 14}" y2="${floor}"/>
<polygon points="${area}"/><polyline points="${pathOf(points)}"/>
${marks}
</svg>`;
}

function placed(measured: readonly ChartPoint[]): Point[] {
  const from = measured[0]?.at ?? 0;
  const length = (measured.at(-1)?.at ?? 0) - from || 1;
  const highest = Math.max(...measured.map(({ value }) => value)) || 1;
  return measured.map(({ at, value }) => ({
    x: round(SIDE + ((at - from) / length) * (WIDTH - 2 * SIDE)),
    y: round(HEIGHT - BOTTOM - (Math.max(0, value) / highest) * (HEIGHT - TOP - BOTTOM)),
  }));
}

/** Values spread evenly over a box, the largest at the top, the smallest at the bottom. */
function scaled(values: readonly number[], width: number, height: number, pad: number): Point[] {
  const low = Math.min(...values);
  const span = Math.max(...values) - low || 1;
  const step = values.length < 2 ? 0 : (width - 2 * pad) / (values.length - 1);
  return values.map((value, i) => ({
    x: round(pad + i * step),
    y: round(height - pad - ((value - low) / span) * (height - 2 * pad)),
  }));
}

function pathOf(points: readonly Point[]): string {
  return points.map(({ x, y }) => `${x},${y}`).join(' ');
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
