import type { SourcePlace } from '../../model/profiles.ts';
import { type Bytes, formatBytes, formatDuration, type Milliseconds } from '../../model/units.ts';
import { bytesPerHour, figure } from '../figures.ts';
import { capital, code } from '../terms.ts';

/** Of the checks of memory: heap, buffers, and what is neither. Slopes are in bytes per millisecond. */
export function smallestLeak(slopePerMs: number): string {
  return `smallest leak this run could detect: ${bytesPerHour(slopePerMs)}`;
}

export function partOfFinding(detail: string): string {
  return `part of a finding above; ${detail}`;
}

interface NativeWords {
  readonly class: string;
  readonly allocator: string;
  readonly process: string;
  readonly notSeen: string;
  readonly cameToRest: string;
  readonly followsLeak: (detail: string) => string;
  readonly tooShort: (spanMs: Milliseconds, neededMs: Milliseconds) => string;
  readonly short: (spanMs: Milliseconds, neededMs: Milliseconds) => string;
  readonly notExplained: (grown: Bytes, spanMs: Milliseconds) => string;
  readonly workers: string;
  readonly unexamined: (what: string) => string;
  readonly fragmentTitle: (grown: Bytes) => string;
  readonly fragmentEvidence: (latest: Bytes, halfRatio: number) => string;
  readonly fragmentAgainst: string;
  readonly title: (slope: number) => string;
  readonly evidence: (trend: MemoryTrend, halfRatio: number) => string;
  readonly against: string;
}

export const NATIVE: NativeWords = {
  class: 'native memory',
  allocator: 'the allocator',
  process: 'the process',
  notSeen: 'resident memory was not recorded long enough between heap snapshots',
  cameToRest: 'grew and levelled off',
  followsLeak: (detail: string): string => `${detail}; it follows a leak above, which is the cause`,
  tooShort: (spanMs: Milliseconds, neededMs: Milliseconds): string =>
    `${formatDuration(spanMs)} is too short to distinguish a native leak from an allocator that keeps freed memory; at least ${formatDuration(neededMs)} are needed`,
  short: (spanMs: Milliseconds, neededMs: Milliseconds): string =>
    `${formatDuration(spanMs)} is too short: an allocator that keeps freed memory looks the same. At least ${formatDuration(neededMs)} are needed.`,
  notExplained: (grown: Bytes, spanMs: Milliseconds): string =>
    `${formatBytes(grown)} more in ${formatDuration(spanMs)}, which heap and buffers of the main thread do not explain`,
  workers:
    'The heaps of worker threads are not examined. If the service has worker threads, one of them may be the part that grows.',
  unexamined: (what: string): string => `${capital(what)}: one of them may be the part that grows.`,
  fragmentTitle: (grown: Bytes): string =>
    `Memory outside V8 grew by about ${formatBytes(grown)} and levelled off: the allocator keeps memory that was once needed.`,
  fragmentEvidence: (latest: Bytes, halfRatio: number): string =>
    `RSS without heap and external memory rose to ${formatBytes(latest)}; its second half grew ${figure(halfRatio)} times as fast as the first.`,
  fragmentAgainst: 'A native leak under a falling load looks the same.',
  title: (slope: number): string =>
    `Memory outside V8 grows by ${bytesPerHour(slope)}, and heap and buffers do not explain it.`,
  evidence: ({ slope, low, high, rSquared }: MemoryTrend, halfRatio: number): string =>
    `RSS without heap and external memory grows by ${bytesPerHour(slope)} (95 % interval ${bytesPerHour(low)} to ${bytesPerHour(high)}; R2 ${figure(rSquared)}), second half ${figure(halfRatio)} times as fast as the first.`,
  against: 'Fragmentation also grows, but levels off. A longer run would show which it is.',
};

/** Of a process that is seen from outside only: its resident memory is everything that is known. */
export const OUTSIDE: NativeWords = {
  ...NATIVE,
  class: 'resident memory',
  notSeen: 'resident memory was not recorded long enough',
  tooShort: (spanMs, neededMs) =>
    `${formatDuration(spanMs)} are too short to distinguish a leak from an allocator that keeps freed memory; at least ${formatDuration(neededMs)} are needed`,
  notExplained: (grown, spanMs) => `${formatBytes(grown)} more in ${formatDuration(spanMs)}`,
  fragmentTitle: (grown) =>
    `Resident memory grew by about ${formatBytes(grown)} and levelled off: the allocator keeps memory that was once needed.`,
  fragmentEvidence: (latest, halfRatio) =>
    `RSS rose to ${formatBytes(latest)}; its second half grew ${figure(halfRatio)} times as fast as the first.`,
  fragmentAgainst: 'A leak under a falling load looks the same.',
  title: (slope) => `Resident memory of the process grows by ${bytesPerHour(slope)}.`,
  evidence: ({ slope, low, high, rSquared }, halfRatio) =>
    `RSS grows by ${bytesPerHour(slope)} (95 % interval ${bytesPerHour(low)} to ${bytesPerHour(high)}; R2 ${figure(rSquared)}), second half ${figure(halfRatio)} times as fast as the first.`,
};

export const BUFFERS = {
  class: 'buffer',
  holder: 'what holds it',
  notSeen: 'buffers have too few samples for a trend',
  grow: (slope: number): string => `held buffers grow by ${bytesPerHour(slope)}`,
  released: 'buffers were released when the load ended',
  /** `place`: where they are allocated, if that is known. */
  title: (slope: number, place: SourcePlace | null): string =>
    `Memory of buffers outside the heap grows by ${bytesPerHour(slope)} and is not released${place ? `; those that stay are allocated in ${code(place.function)} (${place.file}:${place.line})` : ''}.`,
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
