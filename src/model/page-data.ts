import type { FlameWindow } from './flame-windows.ts';
import type { FlameUnit } from './weighted-tree.ts';

/**
 * What the script of a report page reads from the page: columns rather than objects, since a report of eight hours
 * holds some hundred thousand figures. Everything else on the page is HTML that needs no script.
 */
export interface PageData {
  readonly charts: readonly PageChart[];
  readonly latency: readonly PageLatency[];
  readonly bands: readonly PageBand[];
  readonly marks: readonly PageMark[];
  /** Graphs that belong to no window. */
  readonly flames: readonly PageFlame[];
  /** Windows of a run, of which the page draws those that the reader chooses. */
  readonly windows: readonly PageFlameWindows[];
  /** Address of a line in an editor, with `{file}`, `{line}` and `{column}`; absent where none is wanted. */
  readonly editor?: string;
}

export interface PageChart {
  readonly title: string;
  readonly unit: string;
  /** What the chart shows, in a sentence, for screen readers. */
  readonly description: string;
  readonly tSec: readonly number[];
  /** Null if nothing was measured: the line is lifted. */
  readonly value: readonly (number | null)[];
}

export interface PageLatency {
  readonly name: string;
  readonly tSec: readonly number[];
  readonly p50Ms: readonly (number | null)[];
  readonly p95Ms: readonly (number | null)[];
  readonly p99Ms: readonly (number | null)[];
}

/** A phase. */
export interface PageBand {
  readonly label: string;
  readonly startSec: number;
  readonly endSec: number;
}

/** A capture, a gap, a restart: something that explains a step or a hole in a line. */
export interface PageMark {
  readonly label: string;
  readonly kind: string;
  readonly startSec: number;
  readonly endSec: number;
}

/**
 * A flame graph laid out: frames in preorder, parents before children, column by column. `start` and `value` are
 * on the axis of the whole graph, in its unit; `before` is there for a difference only.
 */
export interface PageFlame {
  readonly unit: FlameUnit;
  readonly id: string;
  readonly title: string;
  readonly detail: string;
  readonly names: readonly string[];
  /** `src/a.ts:41:17`; empty if there is no file. */
  readonly places: readonly string[];
  readonly name: readonly number[];
  readonly place: readonly number[];
  readonly depth: readonly number[];
  readonly start: readonly number[];
  readonly value: readonly number[];
  readonly self: readonly number[];
  readonly before: readonly number[] | null;
  /** How many frames were too light to be kept. */
  readonly dropped: number;
  /**
   * Of a difference of two samplings: what one sample represents before and after, in the unit of the graph. The variance of
   * a value is then the value times this (Poisson), and what lies within it is noise. Null if unknown.
   */
  readonly sample: { readonly before: number; readonly after: number } | null;
}

/** `FlameWindows` with each name and place written once. */
export interface PageFlameWindows {
  readonly id: 'cpu' | 'allocations';
  readonly unit: FlameUnit;
  readonly names: readonly string[];
  readonly places: readonly string[];
  /** Of each function, its name and its place. */
  readonly name: readonly number[];
  readonly place: readonly number[];
  /** Of each node, its function and its parent (-1 for the root, which is node 0; parents come first). */
  readonly frameOf: readonly number[];
  readonly parentOf: readonly number[];
  readonly windows: readonly FlameWindow[];
}
