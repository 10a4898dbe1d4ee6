import type { HeapFindingKind } from '../../model/finding-catalogue.ts';
import type { HeapSuspect } from '../../model/heap-growth.ts';
import type { Container } from '../../model/holder.ts';

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

/** The path refines the kind: what hangs on an emitter is a leak of listeners, whatever its class. */
export function suspectKind(suspect: HeapSuspect): HeapFindingKind {
  const byHolder = BY_HOLDER[suspect.holder.container];
  if (byHolder) return byHolder;
  return BY_CLASS.find(([pattern]) => pattern.test(suspect.class))?.[1] ?? 'js-heap-leak';
}
