import type { Holder } from '../../model/holder.ts';
import { type Bytes, formatBytes, formatCount } from '../../model/units.ts';
import { bytesPerHour, figure } from '../figures.ts';
import { holderText } from '../holder.ts';
import { code } from '../terms.ts';
import { type Rest, restWords, runThatTells } from '../trend.ts';
import { smallestLeak } from './memory.ts';

export const ECHO =
  'The string table of V8 retains nothing. These strings most likely belong to the other objects that accumulate.';

/** `error`: why snapshots were not compared; null if there is nothing to say. */
export function tooLittle(error: string | null): string {
  return `fewer than five collections and fewer than two heap snapshots to compare${error === null ? '' : `; ${error}`}`;
}

export function cleared(suspect: { readonly class: string; readonly holder: Holder }, reason: string): string {
  return `${code(suspect.class)} in ${holderText(suspect.holder)}: ${reason}`;
}

export function smallestBySnapshots(objects: number, requests: number): string {
  return `the snapshots could detect ${objects} objects that stay, about one in ${formatCount(Math.floor(requests / objects))} requests`;
}

export interface Proportional {
  readonly from: Bytes;
  readonly to: Bytes;
  readonly rSquared: number;
  readonly collections: number;
  /** There was a time without requests, and it came back to nothing of it. */
  readonly outlivedIdle: boolean;
}

function proportional({ from, to, rSquared, collections, outlivedIdle }: Proportional): string {
  const kept = outlivedIdle ? ' and did not shrink in the time without requests' : '';
  return `the live heap grew from ${formatBytes(from)} to ${formatBytes(to)} in proportion to the requests (R2 ${figure(rSquared)}, ${collections} collections)${kept}`;
}

/** Of the sizes after collections; slopes in bytes per millisecond. */
export interface HeapLine extends Rest {
  readonly smallestSlope: number;
  readonly level: Bytes;
  readonly slope: number;
  readonly low: number;
  readonly high: number;
  readonly steps: 'one step' | 'two steps';
}

/**
 * `line`: null if there were too few collections. `open`: growth with the requests that nobody can judge yet; `told`: of
 * which a finding says what it is.
 */
export function heapLine(line: HeapLine | null, open: Proportional | null, told: Proportional | null = null): string {
  if (told !== null && line && line.verdict !== 'growing')
    return `${proportional(told)}; ${smallestLeak(line.smallestSlope)}`;
  const grown = open === null ? null : `${proportional(open)}: a cache that fills looks the same`;
  if (!line) {
    const few = 'too few collections for a trend of the sizes alone';
    return grown === null ? few : `cannot tell yet, ${grown}; ${few}`;
  }
  const seen = smallestLeak(line.smallestSlope);
  const level = formatBytes(line.level);
  if (grown !== null && line.verdict !== 'growing')
    return `cannot tell yet, ${grown}; ${runThatTells(line.tellsAfterMs)}; ${seen}`;
  switch (line.verdict) {
    case 'growing': {
      const grows = `after collections it grows by ${bytesPerHour(line.slope)} (${bytesPerHour(line.low)} to ${bytesPerHour(line.high)})`;
      return `${grows}${grown === null ? '' : `; ${grown}`}; ${seen}`;
    }
    case 'plateau':
      return `after collections it grew and ${restWords(line)} at ${level}; ${seen}`;
    case 'step':
      return `after collections it went up in ${line.steps} and stayed, now ${level}; ${seen}`;
    case 'flat':
      return `after collections ${line.isBounded ? `it does not grow, at ${level}` : `at ${level}, ${restWords(line)}`}; ${seen}`;
  }
}

/** Every planned look at the heap was refused, and the sizes after collections show fast leaks only. */
export const BLIND =
  'heap snapshots were refused and classes were not counted, so a slow leak would not have been seen: allow a longer pause (`--max-pause 30s`), or soak longer';

/** As many connections of clients were opened as objects stay. */
export function forConnections(opened: number): string {
  return `As many connections of clients were opened and are still open (${formatCount(opened)}). What the service keeps for a connected client is no leak: check whether these clients are still connected.`;
}

export function ofClients(open: number): string {
  return `they are the connections of clients that are open (${formatCount(open)})`;
}
