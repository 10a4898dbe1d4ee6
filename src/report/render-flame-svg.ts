import type { FlameDiffNode, FlameNode } from '../model/flame.ts';
import type { FlameUnit } from '../model/weighted-tree.ts';
import { formatFlameValue, percent } from '../words/figures.ts';
import { formatPlace } from '../words/place.ts';
import { type FlameFrame, flameFrames, isDiff } from './flame-frames.ts';
import { html, type Markup, NOTHING } from './markup.ts';

const WIDTH = 1200;
const ROW = 18;
const TOP = 34;
/** Narrower boxes are left out: they are invisible, and they are most of a profile. */
const NARROWEST = 0.4;
/** Width of a character of the label, in pixels. */
const CHARACTER = 6.6;

export interface FlameSvg {
  readonly title: string;
  readonly root: FlameNode | FlameDiffNode;
  readonly unit: FlameUnit;
}

/** A flame graph as a standalone picture: root on top, a tooltip (SVG title) on every box, no script. */
export function renderFlameSvg({ title, root, unit }: FlameSvg): string {
  const scale = WIDTH / Math.max(1, root.value);
  const frames = flameFrames(root).frames.filter(({ node }) => node.value * scale >= NARROWEST);
  const rows = frames.reduce((most, { depth }) => Math.max(most, depth), 0) + 1;
  const height = TOP + rows * ROW + 8;
  return html`<?xml version="1.0" encoding="UTF-8"?>
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" font-family="ui-monospace, Menlo, Consolas, monospace" font-size="11">
<title>${title}</title>
<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>
<text x="8" y="21" font-size="14" font-family="system-ui, sans-serif" fill="#1c1f23">${title}</text>
${frames.map((frame) => box(frame, scale, tooltip(frame.node, root, unit)))}</svg>
`.markup;
}

function box({ node, depth, start }: FlameFrame, scale: number, told: string): Markup {
  const x = round(start * scale);
  const y = TOP + depth * ROW;
  const width = round(node.value * scale);
  const letters = Math.floor((width - 6) / CHARACTER);
  const label =
    letters < 3
      ? NOTHING
      : html`<text x="${x + 3}" y="${y + 13}" fill="#1c1f23">${node.name.length > letters ? `${node.name.slice(0, letters - 1)}…` : node.name}</text>`;
  return html`<g><title>${told}</title><rect x="${x}" y="${y}" width="${Math.max(NARROWEST, round(width - 0.8))}" height="${ROW - 1}" fill="${fill(node)}"/>${label}</g>
`;
}

function tooltip(node: FlameNode | FlameDiffNode, root: FlameNode, unit: FlameUnit): string {
  const place = node.place ? ` ${formatPlace(node.place)}` : '';
  const share = percent(node.value / Math.max(1, root.value));
  const before = isDiff(node) ? `, before ${formatFlameValue(node.before, unit)}` : '';
  return `${node.name}${place}: ${formatFlameValue(node.value, unit)}, ${share}, self ${formatFlameValue(node.self, unit)}${before}`;
}

/**
 * Own code warm, packages blue, Node's own green, native code grey. In a difference, red means growth and blue means
 * decline.
 */
function fill(node: FlameNode | FlameDiffNode): string {
  if (isDiff(node)) {
    const change = (node.value - node.before) / Math.max(1, node.value, node.before);
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
