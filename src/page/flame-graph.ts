import type { PageFlame } from '../model/page-data.ts';

/** A flame graph with what is needed often: parents, and where a subtree ends. */
export interface FlameGraph {
  readonly data: PageFlame;
  readonly size: number;
  readonly rows: number;
  /** Index of the parent, -1 for the root. */
  readonly parent: Int32Array;
}

export function flameGraph(data: PageFlame): FlameGraph {
  const size = data.depth.length;
  const parent = new Int32Array(size);
  const open: number[] = [];
  let rows = 1;
  for (let i = 0; i < size; i++) {
    const depth = data.depth[i] ?? 0;
    parent[i] = depth === 0 ? -1 : (open[depth - 1] ?? -1);
    open[depth] = i;
    rows = Math.max(rows, depth + 1);
  }
  return { data, size, rows, parent };
}

export function nameOf({ data }: FlameGraph, i: number): string {
  return data.names[data.name[i] ?? 0] || '(anonymous)';
}

export function placeOf({ data }: FlameGraph, i: number): string {
  return data.places[data.place[i] ?? 0] ?? '';
}

export function firstChild({ data, size }: FlameGraph, i: number): number | null {
  return i + 1 < size && (data.depth[i + 1] ?? 0) === (data.depth[i] ?? 0) + 1 ? i + 1 : null;
}

/** The sibling to the right (1) or to the left (-1) of a frame. */
export function sibling({ data, size, parent }: FlameGraph, i: number, step: 1 | -1): number | null {
  const depth = data.depth[i] ?? 0;
  for (let j = i + step; j >= 0 && j < size && (data.depth[j] ?? 0) >= depth; j += step) {
    if (data.depth[j] === depth && parent[j] === parent[i]) return j;
  }
  return null;
}

/** Whether `i` is `ancestor` or below it. */
export function isUnder({ parent }: FlameGraph, i: number, ancestor: number): boolean {
  for (let at = i; at >= ancestor; at = parent[at] ?? -1) if (at === ancestor) return true;
  return false;
}

/** Frames that a search finds, and the share of all time under them (nested hits counted once). */
export function searchFrames(
  graph: FlameGraph,
  matches: (text: string) => boolean,
): { hits: Set<number>; share: number } {
  const { data, size, parent } = graph;
  const byText = new Map<string, boolean>();
  const hits = new Set<number>();
  const covered = new Uint8Array(size);
  let sum = 0;
  for (let i = 0; i < size; i++) {
    const text = `${nameOf(graph, i)} ${placeOf(graph, i)}`;
    const hit = byText.get(text) ?? matches(text);
    byText.set(text, hit);
    const above = parent[i] ?? -1;
    const inside = above >= 0 && covered[above] === 1;
    if (hit && !inside) sum += data.value[i] ?? 0;
    if (hit) hits.add(i);
    covered[i] = hit || inside ? 1 : 0;
  }
  return { hits, share: sum / Math.max(1, data.value[0] ?? 1) };
}
