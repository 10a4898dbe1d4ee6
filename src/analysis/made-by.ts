import type { AllocationGrowth } from '../cpu/allocation-sites.ts';
import type { FindingKind } from '../model/finding-catalogue.ts';
import type { SourcePlace } from '../model/profiles.ts';
import type { Bytes } from '../model/units.ts';
import type { CountedMetric } from '../words/checks/counted.ts';
import type { RunData } from './run-data.ts';

/** What the process is counted to have, where one more is made by a call of the program. */
export type CountedCause = Extract<FindingKind, 'thread-leak' | 'socket-leak' | 'fd-leak'>;

const CHILD = 'spawn|fork|exec|execFile';
const WORKER = '(?:new )?Worker';
const OPENS = 'open|openSync|opendir|opendirSync|createReadStream|createWriteStream|ReadStream|WriteStream';
const named = (...names: readonly string[]): RegExp => new RegExp(`^(?:\\w+\\.)?(?:${names.join('|')})$`);

/**
 * Functions of Node that make one, as they are called on allocation stacks. The pipes to a child process are sockets to
 * Linux. Each worker thread has an event loop of its own, which has a pipe, an epoll and an event descriptor; nothing else
 * of Node makes those.
 */
const MAKERS: Readonly<Record<Exclude<CountedMetric, 'resources.timers'>, RegExp>> = {
  'process.threads': named(WORKER),
  'process.fds.socket': named(CHILD, 'connect|createConnection|createSocket|request|Socket|Agent|ClientRequest'),
  'process.fds.pipe': named(CHILD, WORKER),
  'process.fds.anon': named(WORKER),
  'process.fds.file': named(OPENS),
  'process.fds.other': named(OPENS),
};
/** A number is all that is left of an open file: no object need stay. */
const WITHOUT_OBJECT: readonly CountedMetric[] = ['process.fds.file', 'process.fds.other'];
/** If it is unknown what exactly is counted. */
const OF_KIND: Readonly<Record<CountedCause, CountedMetric>> = {
  'thread-leak': 'process.threads',
  'socket-leak': 'process.fds.socket',
  'fd-leak': 'process.fds.file',
};

/** Objects of Node and closures that stay for each: a socket has some KB, a worker more. */
const LEAST_BYTES_EACH: Bytes = 200;
/** How many standard deviations of a Poisson count the mean of a sample may be off. */
const TWO_SIDED_95 = 1.96;

export interface Maker {
  readonly place: SourcePlace;
  /** The function of Node that it called: `Worker`, `spawn`. */
  readonly called: string;
  readonly stack: readonly SourcePlace[];
}

interface Counted {
  readonly kind: CountedCause;
  readonly counted?: CountedMetric;
  /** How many more there were; null if unknown. */
  readonly gained: number | null;
}

/**
 * Which function of the program makes what piles up: of the allocation stacks that grew, the caller of Node's `Worker`,
 * `spawn`, `connect` behind most bytes, of those that can have made so many. The program's own functions before those of
 * packages. Null where nothing tells.
 */
export function madeBy(
  { allocationGrowth }: Pick<RunData, 'allocationGrowth'>,
  { kind, counted = OF_KIND[kind], gained }: Counted,
): Maker | null {
  if (counted === 'resources.timers') return null;
  const byPlace = new Map<string, Made>();
  for (const { stack, bytes, beforeBytes, samples } of allocationGrowth) {
    const maker = makerOn(stack, MAKERS[counted]);
    if (!maker) continue;
    const { file, line } = maker.place;
    const known = byPlace.get(`${file}:${line}`) ?? { maker, bytes: 0, gained: 0, samples: 0 };
    byPlace.set(`${file}:${line}`, {
      maker: known.maker,
      bytes: known.bytes + bytes,
      gained: known.gained + bytes - beforeBytes,
      samples: known.samples + (samples ?? 0),
    });
  }
  const all = [...byPlace.values()];
  const able = all.filter((one) => mostGained(one) >= LEAST_BYTES_EACH * (gained ?? 0));
  const [largest] = able.sort((a, b) => b.gained - a.gained);
  const only = WITHOUT_OBJECT.includes(counted) && all.length === 1 ? all[0] : undefined;
  return (largest ?? only)?.maker ?? null;
}

interface Made {
  readonly maker: Maker;
  readonly bytes: Bytes;
  readonly gained: Bytes;
  readonly samples: number;
}

/** The most that the samples may represent. */
function mostGained({ bytes, gained, samples }: Made): Bytes {
  return samples === 0 ? gained : gained + (TWO_SIDED_95 * bytes) / Math.sqrt(samples);
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
