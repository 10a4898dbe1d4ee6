import type { Bytes, Share } from './units.ts';

/** A snapshot that can be explored. */
export interface HeapEntry {
  readonly id: string;
  readonly name: string;
  readonly fileBytes: Bytes;
  /** Key of the run that took it; null for a file that was opened on its own. */
  readonly run: string | null;
  /** Snapshots of the same process or list that were taken before, the latest first. */
  readonly earlier: readonly { readonly id: string; readonly name: string }[];
}

/** The path to an object as text, from the root down. */
export interface PathEntry {
  readonly distance: number;
  readonly steps: readonly { readonly text: string; readonly id: number }[];
}

/** What grew from one snapshot to another, and who holds it: a suspect as text. */
export interface SuspectEntry {
  readonly class: string;
  readonly holder: string;
  /** Of the container, in the last snapshot. */
  readonly holderId: number;
  readonly counts: readonly number[];
  readonly bytes: readonly Bytes[];
  readonly shareOfGrowth: Share;
  readonly path: readonly string[];
  readonly place: string | null;
}
