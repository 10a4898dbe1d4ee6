import type { AllocationGrowth } from '../../cpu/allocation-sites.ts';
import type { PlaceOf, SourcePlace } from '../../model/profiles.ts';
import type { CodeMap } from './code-map.ts';

/** The functions on the stacks that allocated what stays. */
export interface Frames {
  /** Null for code that was not read. */
  functionOf(place: SourcePlace): FrameFunction | null;
  readonly stacks: readonly {
    readonly share: number;
    /** Null for code that was not read. */
    readonly frames: readonly { readonly place: SourcePlace; readonly at: FrameFunction | null }[];
  }[];
}

export interface FrameFunction {
  readonly script: number;
  readonly id: number;
}

const MOST_STACKS = 40;
/** A script with more functions is a bundle: its first and its last line say nothing of the files inside. */
const BUNDLE_FUNCTIONS = 200;

export function framesOf(code: CodeMap, placeOf: PlaceOf, allocationGrowth: readonly AllocationGrowth[]): Frames {
  const grown = allocationGrowth.slice(0, MOST_STACKS);
  const wanted = new Set(grown.flatMap(({ stack }) => stack.map(({ file }) => file)));
  const functions = new Map<string, FrameFunction>();
  for (const [script, { url, functions: own }] of code.scripts.entries()) {
    // A map may have no entry for the first line, which the compiler wrote. One bundle has the names of many files.
    const looks = [{ line0: 0, column0: 0 }, ...[own[0], own.at(-1)].flatMap((one) => one?.start ?? [])];
    const files = looks.map(({ line0, column0 }) => placeOf(url, line0, column0, '')?.file);
    const isWanted = own.length > BUNDLE_FUNCTIONS || files.some((file) => file === undefined || wanted.has(file));
    if (!isWanted) continue;
    for (const [id, { start, name }] of own.entries()) {
      const place = placeOf(url, start.line0, start.column0, name);
      if (place && wanted.has(place.file)) functions.set(keyOf(place), { script, id });
    }
  }
  return {
    functionOf: (place) => functions.get(keyOf(place)) ?? null,
    stacks: grown.map(({ stack, shareOfGrowth: share }) => ({
      share,
      frames: stack.map((place) => ({ place, at: functions.get(keyOf(place)) ?? null })),
    })),
  };
}

function keyOf({ file, line, column, package: owner }: SourcePlace): string {
  return `${owner} ${file}:${line}:${column}`;
}

/** Of what grew, the share that this function had a part in; 0 to 1. */
export function shareOnStacks({ stacks }: Frames, script: number, id: number): number {
  const sum = stacks
    .filter(({ frames }) => frames.some(({ at }) => at?.script === script && at.id === id))
    .reduce((total, { share }) => total + share, 0);
  return Math.min(1, sum);
}
