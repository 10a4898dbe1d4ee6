import type { Microseconds } from './units.ts';

/** As V8 writes it: zero-based line and column, -1 where unknown. Only `format/` and `cpu/` see it. */
export interface RawCallFrame {
  readonly functionName: string;
  readonly scriptId: string;
  readonly url: string;
  readonly lineNumber: number;
  readonly columnNumber: number;
}

/** A .cpuprofile. `timeDeltas[i]` is the time before sample i; the first counts from `startTime`. */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: RawCallFrame;
    readonly hitCount?: number;
    readonly children?: readonly number[];
    /** Samples by line of the script, from 1. */
    readonly positionTicks?: readonly { readonly line: number; readonly ticks: number }[];
  }[];
  readonly startTime: Microseconds;
  readonly endTime: Microseconds;
  readonly samples: readonly number[];
  readonly timeDeltas: readonly Microseconds[];
}

export interface HeapProfileNode {
  readonly callFrame: RawCallFrame;
  readonly selfSize: number;
  readonly id: number;
  readonly children: readonly HeapProfileNode[];
}

/** A .heapprofile: V8's sampling heap profile. */
export interface SamplingHeapProfile {
  readonly head: HeapProfileNode;
  readonly samples?: readonly { readonly size: number; readonly nodeId: number; readonly ordinal: number }[];
}

/** A place in the program for people: one-based line and column, mapped to the source where a map was found. */
export interface SourcePlace {
  /** Relative to the nearest package.json (`src/audit/queue.ts`), or the URL where there is none. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly function: string;
  /** `name@version` of the package that the file belongs to; null for the application itself. */
  readonly package: string | null;
}

/**
 * Turns a position as V8 gives it (script URL, zero-based line and column) into a place for people; null for
 * code that has no file (natives, `(idle)`). With the name of a variable of the module, the place where that begins, if it
 * is known.
 */
export type PlaceOf = (
  url: string,
  line0: number,
  column0: number,
  functionName: string,
  variable?: string,
) => SourcePlace | null;
