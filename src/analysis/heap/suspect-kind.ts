import type { FindingKind } from '../../model/finding.ts';
import type { HeapSuspect, HolderKind } from '../../model/heap-growth.ts';

/** Kinds of findings that the heap can name. */
export type HeapFindingKind = Extract<
  FindingKind,
  | 'js-heap-leak'
  | 'external-memory-leak'
  | 'socket-leak'
  | 'timer-leak'
  | 'listener-leak'
  | 'promise-leak'
  | 'thread-leak'
>;

const BY_HOLDER: Readonly<Partial<Record<HolderKind, HeapFindingKind>>> = {
  listener: 'listener-leak',
  'event-target': 'listener-leak',
  timer: 'timer-leak',
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

/** The path refines the kind: what hangs on an emitter is a leak of listeners, whatever its class. */
export function suspectKind(suspect: HeapSuspect): HeapFindingKind {
  const byHolder = BY_HOLDER[suspect.holderKind];
  if (byHolder) return byHolder;
  return BY_CLASS.find(([pattern]) => pattern.test(suspect.class))?.[1] ?? 'js-heap-leak';
}
