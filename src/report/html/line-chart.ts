import { html, type Markup } from '../markup.ts';

interface Point {
  readonly x: number;
  readonly y: number;
}

/** A line without axes for a table cell; the figures stand beside it, so it says nothing to a screen reader. */
export function sparkline(values: readonly number[]): Markup {
  const points = scaled(values, 88, 20, 2);
  return html`<svg class="spark" viewBox="0 0 88 20" width="88" height="20" aria-hidden="true" focusable="false"><polyline points="${pathOf(points)}"/>${points.slice(-1).map(({ x, y }) => html`<circle cx="${x}" cy="${y}" r="2"/>`)}</svg>`;
}

export interface StepChart {
  readonly values: readonly number[];
  /** One under every value: `24 s`. */
  readonly labels: readonly string[];
  /** One over every value: `1,861`. */
  readonly figures: readonly string[];
  readonly title: string;
}

const WIDTH = 360;
const HEIGHT = 170;
const TOP = 30;
const BOTTOM = 26;
const SIDE = 34;

/** A few measured points with their figures: how many objects there were, snapshot by snapshot. Needs no script. */
export function stepChart({ values, labels, figures, title }: StepChart): Markup {
  const points = scaled(values, WIDTH - 2 * SIDE, HEIGHT - TOP - BOTTOM, 0, 0).map(({ x, y }) => ({
    x: x + SIDE,
    y: y + TOP,
  }));
  const floor = HEIGHT - BOTTOM;
  const area = `${pathOf(points)} ${points.at(-1)?.x ?? 0},${floor} ${points[0]?.x ?? 0},${floor}`;
  const described = `${title}: ${figures.map((figure, i) => `${figure} at ${labels[i] ?? ''}`).join(', ')}`;
  return html`<svg class="steps" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${described}">
<line class="floor" x1="${SIDE - 14}" y1="${floor}" x2="${WIDTH - SIDE + 14}" y2="${floor}"/>
<polygon points="${area}"/><polyline points="${pathOf(points)}"/>
${points.map(({ x, y }, i) => html`<circle cx="${x}" cy="${y}" r="3.5"/><text class="figure" x="${x}" y="${y - 10}">${figures[i] ?? ''}</text><text x="${x}" y="${HEIGHT - 8}">${labels[i] ?? ''}</text>`)}
</svg>`;
}

/** Values spread over a box, the largest at the top; the axis starts at `lowest` or at the smallest value. */
function scaled(values: readonly number[], width: number, height: number, pad: number, lowest?: number): Point[] {
  const low = Math.min(...values, lowest ?? Number.POSITIVE_INFINITY);
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
