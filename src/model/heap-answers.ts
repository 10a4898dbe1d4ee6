import type { HeapLocation, PathStep } from './heap-growth.ts';
import type { Bytes, Share } from './units.ts';

/** Questions to the heap explorer, from a page or a command. `values`: the content of strings and numbers may be shown. */
export type HeapQuestion =
  | { readonly what: 'overview' }
  | { readonly what: 'packages' }
  | { readonly what: 'objects'; readonly query: string; readonly sort: ObjectOrder; readonly from: number }
  | { readonly what: 'object'; readonly id: number; readonly from: number; readonly values: boolean }
  | { readonly what: 'retainers'; readonly id: number; readonly from: number; readonly values: boolean }
  | { readonly what: 'path'; readonly id: number }
  | { readonly what: 'dominated'; readonly id: number | null; readonly from: number }
  | { readonly what: 'strings'; readonly from: number; readonly values: boolean }
  | { readonly what: 'string-holders'; readonly text: number; readonly values: boolean }
  | { readonly what: 'changes'; readonly earlier: string }
  | {
      readonly what: 'changed-objects';
      readonly earlier: string;
      readonly class: string;
      readonly side: 'new' | 'gone';
      readonly from: number;
    }
  | { readonly what: 'held-objects'; readonly class: string; readonly holder: number; readonly from: number };

export type ObjectOrder = 'retained' | 'shallow' | 'id';

/** How many rows an answer holds at most. */
export const ROWS_A_PAGE = 50;

export interface HeapObject {
  /** `@id` of other tools. */
  readonly id: number;
  readonly words: string;
  readonly class: string;
  readonly shallowBytes: Bytes;
  /** Null of an object that is gone: its own snapshot knows. */
  readonly retainedBytes: Bytes | null;
  /** Where its class or function is written, or what holds it: see `packageOf`. */
  readonly package: string;
}

/** A page of a longer list. */
export interface ObjectList {
  readonly count: number;
  readonly shallowBytes: Bytes;
  readonly from: number;
  readonly objects: readonly HeapObject[];
}

export interface ClassRow {
  readonly class: string;
  readonly count: number;
  readonly shallowBytes: Bytes;
  readonly retainedBytes: Bytes;
}

export interface HeapOverview {
  readonly nodes: number;
  readonly edges: number;
  readonly totalBytes: Bytes;
  readonly systemShare: Share;
  readonly classes: readonly ClassRow[];
  readonly damage: readonly string[];
}

/** Bytes by the package that has the class or function, or that alone keeps the object. */
export interface PackageRow {
  readonly package: string;
  readonly objects: number;
  readonly shallowBytes: Bytes;
  /** What would be freed with all of its objects. */
  readonly retainedBytes: Bytes;
  /** Its classes by shallow size, the largest first. */
  readonly classes: readonly { readonly class: string; readonly count: number; readonly shallowBytes: Bytes }[];
}

export interface HeapReference {
  /** `property`, `element`, `variable`, `internal`, ...: how the object is referred to. */
  readonly kind: string;
  readonly name: string;
  readonly isWeak: boolean;
  readonly object: HeapObject;
  /** Its content, if values may be shown and it is a string or a number. */
  readonly value: string | null;
  readonly characters: number | null;
}

export interface ReferenceList {
  readonly count: number;
  readonly from: number;
  readonly references: readonly HeapReference[];
}

export interface ObjectDetails extends HeapObject {
  readonly type: string;
  readonly location: HeapLocation | null;
  readonly value: string | null;
  readonly characters: number | null;
  readonly fields: ReferenceList;
  /** From the root down to the object's immediate dominator. */
  readonly dominators: readonly HeapObject[];
  /** How many dominators at the top are left out. */
  readonly dominatorsLeftOut: number;
}

/** From a root to the object. */
export interface ObjectPath {
  /** Steps from the nearest root, as Chrome DevTools counts them. */
  readonly distance: number;
  readonly steps: readonly PathStep[];
}

export interface DominatedList extends ObjectList {
  readonly of: HeapObject | null;
}

export interface RepeatedString {
  /** Number of the string in the snapshot, for asking what holds it. */
  readonly text: number;
  readonly characters: number;
  readonly copies: number;
  readonly wastedBytes: Bytes;
  /** Eight digits that identify equal strings when values may not be shown. */
  readonly fingerprint: string;
  readonly value: string | null;
}

export interface RepeatedStrings {
  readonly strings: number;
  readonly wastedBytes: Bytes;
  readonly from: number;
  readonly count: number;
  readonly biggest: readonly RepeatedString[];
}

export interface StringHolder {
  readonly class: string;
  readonly kind: string;
  readonly name: string;
  readonly copies: number;
  readonly references: number;
  /** One of the objects that hold it. */
  readonly example: number;
}

export interface ClassChangeRow {
  readonly class: string;
  readonly count: number;
  readonly countDelta: number;
  readonly shallowBytes: Bytes;
  readonly shallowDelta: Bytes;
  readonly added: number | null;
  readonly removed: number | null;
}

export interface HeapChanges {
  /** Whether object ids compare, so that new and gone objects are known one by one. */
  readonly byIds: boolean;
  readonly sameClass: Share | null;
  readonly classes: readonly ClassChangeRow[];
}

/** The answer to each question. */
export interface HeapAnswers {
  readonly overview: HeapOverview;
  readonly packages: readonly PackageRow[];
  readonly objects: ObjectList;
  readonly object: ObjectDetails;
  readonly retainers: ReferenceList;
  readonly path: ObjectPath | null;
  readonly dominated: DominatedList;
  readonly strings: RepeatedStrings;
  readonly 'string-holders': readonly StringHolder[];
  readonly changes: HeapChanges;
  readonly 'changed-objects': ObjectList;
  readonly 'held-objects': ObjectList;
}
export type HeapAnswer = HeapAnswers[keyof HeapAnswers];
