import { type Bytes, formatBytes, formatDuration, type Milliseconds } from '../../model/units.ts';
import { bytesPerHour, figure } from '../figures.ts';

/** Of the checks of memory: heap, buffers, and what is neither. Slopes are in bytes a millisecond. */
export function smallestLeak(slopePerMs: number): string {
  return `smallest leak this run could detect: ${bytesPerHour(slopePerMs)}`;
}

export function partOfFinding(detail: string): string {
  return `part of a finding above; ${detail}`;
}

export const NATIVE = {
  class: 'native memory',
  allocator: 'the allocator',
  process: 'the process',
  notSeen: 'not judged: resident memory was not seen long enough between heap snapshots',
  cameToRest: 'grew and came to rest',
  followsLeak: (detail: string): string => `${detail}; it follows a leak above, which is the cause`,
  tooShort: (spanMs: Milliseconds, neededMs: Milliseconds): string =>
    `${formatDuration(spanMs)} are too short to tell a native leak from an allocator that keeps what it had; at least ${formatDuration(neededMs)} are needed`,
  short: (spanMs: Milliseconds, neededMs: Milliseconds): string =>
    `${formatDuration(spanMs)} are short: an allocator that keeps what it once had looks the same. At least ${formatDuration(neededMs)} would tell.`,
  notExplained: (grown: Bytes, spanMs: Milliseconds): string =>
    `${formatBytes(grown)} more in ${formatDuration(spanMs)}, which heap and buffers of the main thread do not explain`,
  workers:
    'The heaps of worker threads are not looked at: where the service has such threads, it may be one of them that grows.',
  fragmentTitle: (grown: Bytes): string =>
    `Memory outside of V8 grew by some ${formatBytes(grown)} and came to rest: the allocator keeps what was once needed.`,
  fragmentEvidence: (latest: Bytes, halfRatio: number): string =>
    `RSS without heap and external memory rose to ${formatBytes(latest)}; its second half grew ${figure(halfRatio)} times as fast as the first.`,
  fragmentAgainst: 'A native leak that slowed down with its load looks the same.',
  title: (slope: number): string =>
    `Memory outside of V8 grows by ${bytesPerHour(slope)} while heap and buffers do not explain it.`,
  evidence: ({ slope, low, high, rSquared }: MemoryTrend, halfRatio: number): string =>
    `RSS without heap and external memory grows by ${bytesPerHour(slope)} (95 % interval ${bytesPerHour(low)} to ${bytesPerHour(high)}; R2 ${figure(rSquared)}), second half ${figure(halfRatio)} times as fast as the first.`,
  against: 'Fragmentation grows too, towards a level; a longer run would tell them apart.',
} as const;

export const BUFFERS = {
  class: 'buffer',
  holder: 'what holds it',
  notSeen: 'buffers were not seen often enough to tell a trend',
  grow: (slope: number): string => `held buffers grow by ${bytesPerHour(slope)}`,
  released: 'buffers were let go when the load ended',
  title: (slope: number): string =>
    `Memory of buffers outside the heap grows by ${bytesPerHour(slope)} and is not released.`,
  evidence: ({ slope, low, high, rSquared }: MemoryTrend): string =>
    `After collections, external memory grows by ${bytesPerHour(slope)} (95 % interval ${bytesPerHour(low)} to ${bytesPerHour(high)}; R2 ${figure(rSquared)}).`,
  against: 'No snapshot says who holds the buffers.',
} as const;

export interface MemoryTrend {
  readonly slope: number;
  readonly low: number;
  readonly high: number;
  readonly rSquared: number;
}
