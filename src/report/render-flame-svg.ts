import type { FlameDiffNode, FlameNode } from '../model/flame.ts';
import { formatMs, percent } from '../words/figures.ts';
import { formatPlace } from '../words/place.ts';
import { type FlameFrame, flameFrames, isDiff } from './flame-frames.ts';
import { html, type Markup, NOTHING } from './markup.ts';

const WIDTH = 1200;
const ROW = 18;
const TOP = 34;
/** Narrower boxes are left out: nobody can see them, and they are most of a profile. */
const NARROWEST = 0.4;
/** Width of a character of the label, in pixels. */
const CHARACTER = 6.6;

export interface FlameSvg {
  readonly title: string;
  readonly root: FlameNode | FlameDiffNode;
}

/** A flame graph as a picture that stands alone: root on top, a tooltip (SVG title) on every box, no script. */
export function renderFlameSvg({ title, root }: FlameSvg): string {
  const scale = WIDTH / Math.max(1, root.valueUs);
  const frames = flameFrames(root).frames.filter(({ node }) => node.valueUs * scale >= NARROWEST);
  const rows = frames.reduce((most, { depth }) => Math.max(most, depth), 0) + 1;
  const height = TOP + rows * ROW + 8;
  return html`<?xml version="1.0" encoding="UTF-8"?>
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" font-family="ui-monospace, Menlo, Consolas, monospace" font-size="11">
<title>${title}</title>
<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>
<text x="8" y="21" font-size="14" font-family="system-ui, sans-serif" fill="#1c1f23">${title}</text>
${frames.map((frame) => box(frame, scale, root))}</svg>
`.markup;
}

function box({ node, depth, startUs }: FlameFrame, scale: number, root: FlameNode): Markup {
  const x = round(startUs * scale);
  const y = TOP + depth * ROW;
  const width = round(node.valueUs * scale);
  const letters = Math.floor((width - 6) / CHARACTER);
  const label =
    letters < 3
      ? NOTHING
      : html`<text x="${x + 3}" y="${y + 13}" fill="#1c1f23">${node.name.length > letters ? `${node.name.slice(0, letters - 1)}…` : node.name}</text>`;
  return html`<g><title>${tooltip(node, root)}</title><rect x="${x}" y="${y}" width="${Math.max(NARROWEST, round(width - 0.8))}" height="${ROW - 1}" fill="${fill(node)}"/>${label}</g>
`;
}

function tooltip(node: FlameNode | FlameDiffNode, root: FlameNode): string {
  const place = node.place ? ` ${formatPlace(node.place)}` : '';
  const share = percent(node.valueUs / Math.max(1, root.valueUs));
  const before = isDiff(node) ? `, before ${formatMs(node.beforeUs / 1000)}` : '';
  return `${node.name}${place}: ${formatMs(node.valueUs / 1000)}, ${share}, self ${formatMs(node.selfUs / 1000)}${before}`;
}

/** Own code warm, packages blue, Node's own green, natives grey; in a difference red grew and blue shrank. */
function fill(node: FlameNode | FlameDiffNode): string {
  if (isDiff(node)) {
    const change = (node.valueUs - node.beforeUs) / Math.max(1, node.valueUs, node.beforeUs);
    const fade = Math.round(235 - 110 * Math.min(1, Math.abs(change)));
    if (Math.abs(change) < 0.02) return '#e9e7e2';
    return change > 0 ? `rgb(245,${fade},${fade})` : `rgb(${fade},${fade + 10},245)`;
  }
  if (!node.place) return '#d5d3cd';
  if (node.place.package !== null || node.place.file.includes('node_modules/')) return '#a9c7ea';
  return node.place.file.startsWith('node:') ? '#b4d6bd' : '#f3b98a';
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
