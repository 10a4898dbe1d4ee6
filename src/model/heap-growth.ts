import type { ChangingLine } from './changing-line.ts';
import type { Holder, NamedObject, Owner } from './holder.ts';
import type { Bytes } from './units.ts';

/** One step of a retaining path, from the root downwards. */
export interface PathStep {
  /**
   * How the step before holds this one: `context variable \`pending\``, `property \`items\``, `[*]`, `value of <key>`. Empty
   * for the root.
   */
  readonly edge: string;
  /** Class or description of the object: `Map`, `OrderAudit`, `(GC root)`. */
  readonly node: string;
  /** Where the path begins at a module or function: the one whose variable leads on. */
  readonly scope?: Owner;
  /** Repeats of one collapsed cycle (a chain of listeners, reactions, timers); 1 otherwise. */
  readonly repeat: number;
  /** Snapshot id of the object, as `@id` in other tools. */
  readonly id: number;
}

/** A position as the snapshot gives it: zero-based; -1 if only the script is known. */
export interface HeapLocation {
  readonly scriptUrl: string;
  readonly line0: number;
  readonly column0: number;
  readonly functionName: string;
  /** Of the script's module: what is meant begins where this variable does. */
  readonly variable?: string;
}

/** A number in the program that bounds what a holder keeps: a number of items, or the age of entries. */
export interface CodeBound {
  readonly unit: 'items' | 'ms';
  readonly value: number;
  readonly line: ChangingLine;
}

/** A group of objects that grew, with the old object that holds them (the anchor). */
export interface HeapSuspect {
  readonly class: string;
  readonly holder: Holder;
  /** Snapshot id of the object that has the container, as in `path`. */
  readonly holderId: number;
  readonly path: readonly PathStep[];
  /** Retaining signature without indices, keys and ids: stable between runs. */
  readonly signature: string;
  /** Where the anchor lives in the code: the function that owns its context, else the module. */
  readonly anchorLocation: HeapLocation | null;
  /** Where the objects' own code is: constructor or closure of the leaked class. */
  readonly classLocation: HeapLocation | null;
  /** Per snapshot: objects of the class under the anchor, and the bytes that the anchor retains of them. */
  readonly counts: readonly number[];
  readonly bytes: readonly Bytes[];
  /**
   * Per interval between snapshots: of the objects born in it, how many are alive in the last snapshot. Empty without ids.
   */
  readonly cohorts: readonly number[];
  /**
   * How many of the objects that stood there in the last snapshot but one are the same objects in the last. Only where
   * ids compare between these two.
   */
  readonly survivors?: number;
  readonly shareOfGrowth: number;
  /** Per request over the loaded intervals; null when the request counts are unknown. */
  readonly objectsPerRequest: number | null;
  readonly bytesPerRequest: number | null;
  /** Whether the holder shows a bound or an expiry: the property names seen (`max`, `ttl`). */
  readonly boundHints: readonly string[];
  /** The values of `boundHints`, if the last snapshot has the values of numbers. */
  readonly bounds?: Readonly<Record<string, number>>;
  /** The object that carries each of `boundHints`: the holder itself, or what it belongs to. */
  readonly boundsOn?: Readonly<Record<string, string>>;
  /** Numbers of the module or function around the holder whose names indicate a bound: `MAX_ENTRIES`. */
  readonly scopeBounds?: Readonly<Record<string, number>>;
  /** What the program's own statements keep it to; absent where its code was not read. */
  readonly codeBounds?: readonly CodeBound[];
  /** How many objects are at the place of the holder: a list in each of twenty devices is twenty holders. */
  readonly holders?: number;
}

/** A pool of connections (or of anything that is lent out), by what it holds in each snapshot; null if it did not say. */
export interface PoolSeries {
  readonly class: string;
  readonly holder: NamedObject;
  readonly path: readonly PathStep[];
  readonly signature: string;
  readonly anchorLocation: HeapLocation | null;
  /** Lent out and not given back. */
  readonly inUse: readonly (number | null)[];
  /** Of `inUse` and idle ones together. */
  readonly total: readonly (number | null)[];
  /** Requests for one that wait. */
  readonly waiting: readonly (number | null)[];
  /** The largest number that it may hold; null if the snapshot has no values of numbers or no name for it was found. */
  readonly max: number | null;
}

export interface ClassGrowth {
  readonly class: string;
  readonly counts: readonly number[];
  readonly shallowBytes: readonly Bytes[];
  readonly retainedBytes: readonly Bytes[];
}

/** What the heap engine says of N snapshots in order. */
export interface HeapGrowth {
  readonly comparison: 'ids' | 'class-and-signature';
  /** Why this comparison was used. */
  readonly comparisonReason: string;
  readonly snapshots: readonly {
    readonly file: string;
    readonly nodes: number;
    readonly edges: number;
    readonly bytes: Bytes;
    readonly totalShallowBytes: Bytes;
  }[];
  /** Requests answered in all when each snapshot was taken; null if not counted. */
  readonly requests: readonly (number | null)[];
  /** Growth from first to last of all classes together. */
  readonly growthBytes: Bytes;
  readonly classes: readonly ClassGrowth[];
  readonly suspects: readonly HeapSuspect[];
  readonly pools?: readonly PoolSeries[];
}

/** `failed`: answered with an error; `aborted`: the client went away before the answer ended. */
export type RequestOutcome = 'any' | 'failed' | 'aborted';

/** `perRequest` objects for each request of a name; null: of all requests together. */
export interface RequestFit {
  readonly perRequest: number;
  readonly request: string | null;
  /** Of the requests of that name, only those that ended so. */
  readonly outcome: RequestOutcome;
}

export interface WholeNumber extends RequestFit {
  /** Other requests that fit about as well: the counts do not show which of them it is. */
  readonly rivals: readonly RequestFit[];
  /** It fits from this interval with load on (0: from the first): the leak began in the one before. */
  readonly since: number;
}
