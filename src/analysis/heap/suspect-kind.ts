import type { HeapFindingKind } from '../../model/finding-catalogue.ts';
import type { HeapSuspect } from '../../model/heap-growth.ts';
import type { Container, Holder } from '../../model/holder.ts';
import type { TrendedMetric } from '../../model/metric-catalogue.ts';
import type { CheckContext } from '../check.ts';
import { COUNT_SHARE } from '../leak-thresholds.ts';
import type { GrowthBehaviour } from './growth-tests.ts';

const BY_HOLDER: Readonly<Partial<Record<Container, HeapFindingKind>>> = {
  listeners: 'listener-leak',
  timers: 'timer-leak',
  promise: 'promise-leak',
};

const BY_CLASS: readonly (readonly [RegExp, HeapFindingKind])[] = [
  [
    /^(Buffer|FastBuffer|(Shared)?ArrayBuffer|DataView|Blob|(Ui|I)nt(8|16|32)(Clamped)?Array|Big(Ui|I)nt64Array|Float(16|32|64)Array|WebAssembly\.Memory|system \/ JSArrayBufferData)$/,
    'external-memory-leak',
  ],
  [/^(Socket|TLSSocket|TCP|TCPSocketWrap|TLSWrap|Pipe|UDP|ClientHttp2Session|ServerHttp2Session)$/, 'socket-leak'],
  [/^(Worker|MessagePort|WorkerThread)$/, 'thread-leak'],
  [/^(Timeout|Immediate|TimersList)$/, 'timer-leak'],
  [/^(system \/ )?PromiseReaction$/, 'promise-leak'],
];

/** The path refines the kind: what an emitter holds as listeners is a listener leak, whatever its class. */
export function suspectKind(suspect: HeapSuspect): HeapFindingKind {
  const byHolder = BY_HOLDER[suspect.holder.container];
  if (byHolder) return byHolder;
  return BY_CLASS.find(([pattern]) => pattern.test(suspect.class))?.[1] ?? 'js-heap-leak';
}

/** What is counted of the process itself, and from how many on a rise is worth reporting. */
const COUNTED: Readonly<
  Partial<Record<HeapFindingKind, { readonly metric: TrendedMetric; readonly leastGrowth: number }>>
> = {
  'timer-leak': { metric: 'resources.timers', leastGrowth: 20 },
  'thread-leak': { metric: 'process.threads', leastGrowth: 3 },
  'socket-leak': { metric: 'process.fds.socket', leastGrowth: 10 },
};

/** Of the runtime itself: what it holds is open, whatever is counted (a timer without `ref` is not). */
const HELD_BY_RUNTIME: readonly Container[] = ['timers', 'handles', 'engine'];

export function isHeldByRuntime({ container }: Holder): boolean {
  return HELD_BY_RUNTIME.includes(container);
}

/**
 * Timers that have fired, threads that have ended and sockets that are closed are objects like any other: where the count
 * of those that are open does not rise with them, what leaks is their entry, and to clear or close them cures nothing.
 */
export function asCounted(
  { trends }: CheckContext,
  { holder }: HeapSuspect,
  { loaded, gained, unit }: GrowthBehaviour,
  kind: HeapFindingKind,
): HeapFindingKind {
  const counted = COUNTED[kind];
  if (!counted || unit !== 'objects' || isHeldByRuntime(holder)) return kind;
  const open = trends.judge(counted.metric, { leastShare: COUNT_SHARE, leastGrowth: counted.leastGrowth });
  const loadedMs = loaded.reduce((sum, { interval }) => sum + interval.loadedMs, 0);
  const wouldShow = open !== null && gained / Math.max(1, loadedMs) > 2 * open.smallestSlope;
  return open !== null && open.verdict !== 'growing' && wouldShow ? 'js-heap-leak' : kind;
}

const MOSTLY_OUTSIDE = 2;

/** Objects of the heap that hold buffers: if most of the growth is outside the heap, that is the leak to name. */
export function heldOutside({ trends }: CheckContext, kind: HeapFindingKind): HeapFindingKind {
  const outside = trends.judge('heap.external', { leastGrowth: 1_000_000 });
  const inside = trends.judge('heap.live');
  if (kind !== 'js-heap-leak' || outside?.verdict !== 'growing') return kind;
  return outside.trend.slope > MOSTLY_OUTSIDE * Math.max(0, inside?.trend.slope ?? 0) ? 'external-memory-leak' : kind;
}
