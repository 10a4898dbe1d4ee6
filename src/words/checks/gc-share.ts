import { type Bytes, formatBytes, type Milliseconds, type Share } from '../../model/units.ts';
import { figure, percent } from '../figures.ts';

export const TOO_FEW = 'too few collections';
export const HEAP = 'the heap';
export const LEAKS = 'A heap that leaks makes every collection longer: fix that first.';

export function level(share: Share): string {
  return `${percent(share)} of the time under load (median of the blocks)`;
}

/** `most`: who allocates most, and how much of it; null if nobody stands out. */
export function title(share: Share, most: { readonly who: string; readonly share: Share } | null): string {
  const who = most === null ? '' : `; ${most.who} allocates ${percent(most.share)} of it`;
  return `Collecting garbage takes ${percent(share)} of the time under load${who}.`;
}

export function median(share: Share): string {
  return `Collections took ${percent(share)} of the time in the median block.`;
}

export function gain(share: Share): string {
  return `Expected gain: up to ${percent(share)} of the time, and shorter pauses.`;
}

export interface Allocated {
  readonly bytes: Bytes;
  readonly durationMs: Milliseconds;
  readonly share: Share;
  readonly who: string;
  readonly file: string;
  readonly line: number;
}

export function allocated({ bytes, durationMs, share, who, file, line }: Allocated): string {
  const rate = formatBytes(bytes / Math.max(0.001, durationMs / 1000));
  return `In ${figure(durationMs / 1000)} s of load ${rate} a second were allocated, ${percent(share)} of it by ${who} (${file}:${line}) and what it calls.`;
}
