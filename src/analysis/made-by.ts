import type { AllocationGrowth } from '../cpu/allocation-sites.ts';
import type { FindingKind } from '../model/finding-catalogue.ts';
import type { SourcePlace } from '../model/profiles.ts';
import type { RunData } from './run-data.ts';

/** What the process is counted to have, where one more is made by a call of the program. */
export type CountedCause = Extract<FindingKind, 'thread-leak' | 'socket-leak' | 'fd-leak'>;

/** Functions of Node that make a resource of a kind, as they are called on allocation stacks. */
const MAKERS: Readonly<Record<CountedCause, RegExp>> = {
  'thread-leak': /^(new )?Worker$/,
  'socket-leak':
    /^(\w+\.)?(spawn|fork|exec|execFile|connect|createConnection|createSocket|request|Socket|Agent|ClientRequest)$/,
  'fd-leak':
    /^(\w+\.)?(spawn|fork|exec|execFile|open|openSync|createReadStream|createWriteStream|ReadStream|WriteStream|watch|watchFile|FSWatcher)$/,
};

export interface Maker {
  readonly place: SourcePlace;
  /** The function of Node that it called: `Worker`, `spawn`. */
  readonly called: string;
  readonly stack: readonly SourcePlace[];
}

/**
 * Which function of the program makes what piles up: of the allocation stacks that grew, the caller of Node's `Worker`,
 * `spawn`, `connect` behind most bytes. The program's own functions before those of packages. Null where nothing tells.
 */
export function madeBy({ allocationGrowth }: Pick<RunData, 'allocationGrowth'>, kind: CountedCause): Maker | null {
  const makers = MAKERS[kind];
  const byPlace = new Map<string, { readonly maker: Maker; bytes: number }>();
  for (const { stack, bytes, beforeBytes } of allocationGrowth) {
    const maker = makerOn(stack, makers);
    if (!maker) continue;
    const { file, line } = maker.place;
    const known = byPlace.get(`${file}:${line}`) ?? { maker, bytes: 0 };
    known.bytes += bytes - beforeBytes;
    byPlace.set(`${file}:${line}`, known);
  }
  return [...byPlace.values()].sort((a, b) => b.bytes - a.bytes)[0]?.maker ?? null;
}

function makerOn(stack: AllocationGrowth['stack'], makers: RegExp): Maker | null {
  // From the outside in: `connect` of the agent that `request` uses is one call of the program.
  const at = stack.findLastIndex(({ file, function: name }) => isOfNode(file) && makers.test(name));
  if (at < 0) return null;
  const callers = stack.slice(at + 1).filter(({ file }) => !isOfNode(file));
  const place = callers.find(({ package: name }) => name === null) ?? callers[0];
  const called = stack[at]?.function;
  return place && called !== undefined ? { place, called, stack: stack.slice(at) } : null;
}

export function isOfNode(file: string): boolean {
  return file.startsWith('node:');
}
