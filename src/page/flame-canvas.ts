import { printable } from '../model/printable.ts';
import { changeColour, isNoise, originColour, originOf } from './flame-colour.ts';
import { type FlameGraph, isUnder, nameOf, placeOf } from './flame-graph.ts';
import { isDark, themeColour } from './theme.ts';

export const ROW = 19;
const CHARACTER = 6.7;
/** Narrower boxes are not drawn: they are most of a large profile, and invisible. */
const NARROWEST = 0.5;

/** What is shown: the frame that fills the width, the selected one, what a search found. */
export interface FlameView {
  readonly zoom: number;
  readonly selected: number;
  readonly hits: ReadonlySet<number> | null;
}

export interface Viewport {
  readonly width: number;
  readonly height: number;
  readonly scrollTop: number;
}

/** Left edge and width of a frame in pixels under a zoom; ancestors of the zoomed frame fill the width. */
export function boxOf({ data }: FlameGraph, i: number, zoom: number, width: number): { x: number; width: number } {
  const from = data.start[zoom] ?? 0;
  const scale = width / Math.max(1, data.value[zoom] ?? 1);
  const x1 = Math.max(0, ((data.start[i] ?? 0) - from) * scale);
  const x2 = Math.min(width, ((data.start[i] ?? 0) + (data.value[i] ?? 0) - from) * scale);
  return { x: x1, width: x2 - x1 };
}

export function paintFlame(canvas: HTMLCanvasElement, graph: FlameGraph, view: FlameView, port: Viewport): void {
  const context = canvas.getContext('2d');
  if (!context) return;
  sizeCanvas(canvas, context, port);
  context.clearRect(0, 0, port.width, port.height);
  context.font = `11px ${themeColour('--mono')}`;
  context.textBaseline = 'middle';
  const dark = isDark();
  const ink = themeColour('--ink');
  for (let i = 0; i < graph.size; i++) {
    const y = (graph.data.depth[i] ?? 0) * ROW - port.scrollTop;
    if (y + ROW < 0 || y > port.height) continue;
    const { x, width } = boxOf(graph, i, view.zoom, port.width);
    if (width < NARROWEST) continue;
    context.globalAlpha = opacity(graph, view, i);
    context.fillStyle = colourOf(graph, i, dark);
    context.fillRect(x, y, Math.max(NARROWEST, width - 1), ROW - 1);
    // Labels stay readable where their box steps back.
    context.globalAlpha = Math.max(0.75, context.globalAlpha);
    context.fillStyle = ink;
    drawLabel(context, nameOf(graph, i), x, y, width);
    if (i === view.selected && i > 0) outline(context, x, y, width);
  }
  context.globalAlpha = 1;
}

function sizeCanvas(canvas: HTMLCanvasElement, context: CanvasRenderingContext2D, { width, height }: Viewport): void {
  const ratio = devicePixelRatio || 1;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
}

/** Callers of the zoomed frame step back; while searching, so does everything that was not found. */
function opacity(graph: FlameGraph, { zoom, hits }: FlameView, i: number): number {
  if (hits) return hits.has(i) ? 1 : 0.25;
  return i < zoom && isUnder(graph, zoom, i) ? 0.55 : 1;
}

function colourOf(graph: FlameGraph, i: number, dark: boolean): string {
  const { before, sample } = graph.data;
  const value = graph.data.value[i] ?? 0;
  if (before) {
    const was = before[i] ?? 0;
    return isNoise(value, was, sample) ? changeColour(value, value, dark) : changeColour(value, was, dark);
  }
  return originColour(originOf(placeOf(graph, i)), nameOf(graph, i), dark);
}

function drawLabel(context: CanvasRenderingContext2D, name: string, x: number, y: number, width: number): void {
  const letters = Math.floor((width - 8) / CHARACTER);
  if (letters < 3) return;
  const text = printable(name);
  context.fillText(text.length > letters ? `${text.slice(0, letters - 1)}…` : text, x + 4, y + ROW / 2);
}

function outline(context: CanvasRenderingContext2D, x: number, y: number, width: number): void {
  context.globalAlpha = 1;
  context.strokeStyle = themeColour('--ink');
  context.lineWidth = 2;
  context.strokeRect(x + 1, y + 1, Math.max(1, width - 3), ROW - 3);
}
