import type { HeapSuspect } from '../../model/heap-growth.ts';
import type { Container } from '../../model/holder.ts';
import type { Milliseconds } from '../../model/units.ts';
import * as say from '../../words/checks/bounds.ts';
import type { GrowthBehaviour } from './growth-tests.ts';

/** What the bounds of a holder say of what it holds, each in a sentence or null. */
export interface BoundVerdict {
  /** It may still fill, or its entries may still expire: a doubt. */
  readonly open: string | null;
  /** It is beyond every limit that it has: no bound holds it. */
  readonly broken: string | null;
}

/** Containers that caches are made of. What an emitter, a timer list or a promise calls a maximum bounds nothing. */
const CACHE_HOLDERS: readonly Container[] = ['map', 'set', 'weak-map', 'array', 'object', 'slot', 'chain', 'unknown'];
/** Entries under way when it was counted. */
const OVER = 1.1;
const OVER_BY = 10;

/**
 * A limit of entries is compared with their number, one of bytes with their bytes, one of time with the time that
 * the growth went on. A holder that is beyond its own limit is broken; one that is below it may still fill; where the
 * number is not known, or its unit, nothing can be said and the doubt stays.
 */
export function judgeBounds(suspect: HeapSuspect, behaviour: GrowthBehaviour): BoundVerdict {
  if (!CACHE_HOLDERS.includes(suspect.holder.container)) return { open: null, broken: null };
  const { bounds = {}, scopeBounds = {} } = suspect;
  const judged = suspect.boundHints.map((name) => ({
    name,
    value: bounds[name] ?? null,
    ...judgeBound(suspect, behaviour, name, bounds[name] ?? null),
  }));
  // A constant of the module may be about something else: being beyond it proves nothing.
  const around = Object.entries(scopeBounds)
    .filter(([name]) => mayGovern(name, suspect))
    .map(([name, value]) => ({ name, ...judgeBound(suspect, behaviour, name, value) }))
    .filter(({ state }) => state === 'open');
  const governing = judged.filter(({ name, value }) => !isAboutOthers(suspect, name, value));
  const open = [...governing.filter(({ state }) => state === 'open'), ...around, ...openInCode(suspect, behaviour)];
  if (open.length > 0) {
    const neededMs = Math.max(...open.map(({ tellsAfterMs }) => tellsAfterMs ?? 0));
    const names = open.map(({ words }) => words);
    return { open: say.mayStillFill(names, neededMs), broken: null };
  }
  const broken = governing.map(({ words }) => words);
  return { open: null, broken: broken.length === 0 ? null : say.doesNotHold(broken) };
}

/** Beyond a limit of its owner many times over: that limits something else that the owner has, each of its lists say. */
const MANY_TIMES = 10;

function isAboutOthers({ counts, boundsOn, holders = 1 }: HeapSuspect, name: string, value: number | null): boolean {
  const isOfOwner = boundsOn?.[name] !== undefined;
  const isOfItems = value !== null && value > 0 && !TIME.test(name) && !MILLISECONDS.test(name) && !BYTES.test(name);
  return isOfOwner && isOfItems && Math.max(...counts) > MANY_TIMES * value * holders;
}

/** What the system has a handle for: many numbers of a module are about other things than those. */
const HANDLE =
  /^(Socket|TLSSocket|TCP|TLS|Pipe|TTY|UDP|Server|Worker|MessagePort|ChildProcess|FSWatcher|FileHandle|(Read|Write)Stream|ClientRequest|IncomingMessage|ServerResponse|Timeout)/;
const OF_HANDLES = /sock|conn|client|work|thread|handle|pool|stream|file|timer|descriptor|request/i;

/** A number of the scope around, which is not on the holder or its owner, must be about what piles up. */
function mayGovern(name: string, { class: piled }: HeapSuspect): boolean {
  return !HANDLE.test(piled) || OF_HANDLES.test(name);
}

/** Pieces of one text: a limit of it is one of its length. */
function isOfStrings({ class: piled, holder }: HeapSuspect): boolean {
  return holder.container === 'chain' && piled === '(string)';
}

/** Sizes are powers of two, times are not, where the name would fit both: `flushAt` of 65,536. */
const LEAST_SIZE = 1024;
const OF_BOTH = /^(?!.*(?:interval|every|after|age|ttl|expir|period|window)).*(?:flush|keep|prune)/i;

function isSize(name: string, value: number): boolean {
  return OF_BOTH.test(name) && value >= LEAST_SIZE && Number.isInteger(Math.log2(value));
}

interface JudgedBound {
  readonly state: 'open' | 'broken';
  readonly words: string;
  /** How long a run at this load must be to see the bound at work; left out where that is not known. */
  readonly tellsAfterMs?: Milliseconds;
}

/** Beyond the bound for a fifth of the time that it took to get there. */
const TO_BE_SURE = 1.2;

const TIME = /ttl|expir|max_?age|window|retention|keep|lifetime|flush|period|prune/i;
/** `windowMs`, `TTL_MS`; not `ITEMS`. */
const MILLISECONDS = /(_ms|_MS|[a-z0-9]Ms|[Mm]illis(econds)?)$/;
const BYTES = /bytes|memory|weight|high_?water/i;

function judgeBound(suspect: HeapSuspect, behaviour: GrowthBehaviour, name: string, value: number | null): JudgedBound {
  const holders = suspect.holders ?? 1;
  const bound = { name, carrier: suspect.boundsOn?.[name], holders };
  if (value === null) return { state: 'open', words: say.boundName(bound) };
  if (MILLISECONDS.test(name) || (TIME.test(name) && !isSize(name, value))) return judgeTime(behaviour, bound, value);
  const count = Math.max(...suspect.counts);
  const bytes = Math.max(...suspect.bytes);
  const isOver = count > OVER * value * holders && count - value * holders >= OVER_BY;
  if (BYTES.test(name) || isOfStrings(suspect)) {
    const state = bytes > 2 * OVER * value * holders ? 'broken' : 'open';
    return { state, words: say.ofBytes(bound, value, bytes) };
  }
  return {
    state: isOver ? 'broken' : 'open',
    words: say.ofItems(bound, value, count),
    ...tellsAfter(behaviour, value * holders),
  };
}

/** At the pace of the run. */
function tellsAfter({ loaded, unit, gained }: GrowthBehaviour, items: number): Pick<JudgedBound, 'tellsAfterMs'> {
  const loadedMs = loaded.reduce((sum, { interval }) => sum + interval.loadedMs, 0);
  const perMs = unit === 'objects' && loadedMs > 0 ? gained / loadedMs : 0;
  return perMs > 0 ? { tellsAfterMs: (TO_BE_SURE * items) / perMs } : {};
}

/**
 * What the statements of the program keep it to. Being beyond that proves nothing: the number may be about something else.
 */
function openInCode(suspect: HeapSuspect, behaviour: GrowthBehaviour): JudgedBound[] {
  const { codeBounds = [], holders = 1 } = suspect;
  const count = Math.max(...suspect.counts);
  return codeBounds.flatMap(({ unit, value, line }): JudgedBound[] => {
    if (unit === 'ms') {
      const isOver = dueMs(behaviour) > OVER * value;
      return isOver ? [] : [{ state: 'open', words: say.byAge(line, value), tellsAfterMs: 3 * value }];
    }
    const isOver =
      behaviour.unit !== 'objects' || (count > OVER * value * holders && count - value * holders >= OVER_BY);
    return isOver
      ? []
      : [{ state: 'open', words: say.bySize(line, value, count), ...tellsAfter(behaviour, value * holders) }];
  });
}

/** What the first interval brought was due by the last snapshot, if it is due after so long. */
function dueMs({ loaded, idle }: GrowthBehaviour): Milliseconds {
  const all = [...loaded, ...idle].map(({ interval }) => interval);
  const from = Math.min(...loaded.map(({ interval }) => interval.toMs));
  return Math.max(...all.map(({ toMs: end }) => end)) - from;
}

function judgeTime(behaviour: GrowthBehaviour, bound: say.Bound, value: number): JudgedBound {
  const ttlMs = toMs(bound.name, value);
  if (ttlMs === null) return { state: 'open', words: say.ofUnknownTime(bound, value) };
  // Growth continued all the same.
  return dueMs(behaviour) > OVER * ttlMs
    ? { state: 'broken', words: say.ofTime(bound, ttlMs, true) }
    : { state: 'open', words: say.ofTime(bound, ttlMs, false), tellsAfterMs: 3 * ttlMs };
}

/** Null if the unit is unclear: milliseconds unless the number is as likely a span in seconds. */
function toMs(name: string, value: number): Milliseconds | null {
  if (MILLISECONDS.test(name)) return value;
  if (/sec(ond)?s?$/i.test(name)) return 1000 * value;
  return value >= 1000 && value % 1000 === 0 && value % 3600 !== 0 ? value : null;
}
