import { isRelay } from '../model/agent-protocol.ts';
import { ProfilerError } from '../model/errors.ts';
import { EXIT } from '../model/exit-codes.ts';
import { printable } from '../model/printable.ts';
import { openSession } from './connect-inspector.ts';
import { takeIn } from './inspector-error.ts';
import type { InspectorSession } from './session.ts';
import type { Transport } from './transport.ts';

// Node hands the messages for its worker threads on through the session with the main thread: one session a thread.

/** A worker thread of a service. */
export interface WorkerThread {
  /** As the service knows it: `worker_threads.threadId`. */
  readonly id: number;
  /** Empty where the service gave it none. */
  readonly name: string;
  /** Address of its script. */
  readonly script: string;
}

/** A message that concerns the session with one thread. */
interface Of {
  readonly sessionId: string;
}

type Attached = WorkerThread & Of;

interface AttachedEvent extends Of {
  readonly workerInfo: { readonly workerId: string; readonly title: string; readonly url: string };
}

/** What Node calls a thread to which nobody gave a name, from version 24 on. */
const UNNAMED = 'WorkerThread';

/** The worker threads of a service, without those of our agent. Nothing is left open in them. */
export async function listThreads(session: InspectorSession): Promise<readonly WorkerThread[]> {
  const threads = await attachToAll(session);
  await session.call('NodeWorker.disable');
  return threads.map(({ id, name, script }) => ({ id, name, script }));
}

/**
 * A session with one worker thread, which ends with the thread or with the session that it goes through: that one serves
 * one thread at a time. Throws a ProfilerError (exit 3) where the service has no such thread.
 */
export async function connectThread(
  main: InspectorSession,
  id: number,
): Promise<{ readonly session: InspectorSession; readonly thread: WorkerThread }> {
  const threads = await attachToAll(main);
  const thread = threads.find((one) => one.id === id);
  const leave = ({ sessionId }: Of): void => void main.call('NodeWorker.detach', { sessionId }).catch(() => {});
  // Node attaches to all that there are, and to each that is started.
  for (const other of threads) if (other !== thread) leave(other);
  if (thread === undefined) {
    await main.call('NodeWorker.disable');
    throw unknownThread(id, threads);
  }
  const off = main.on<AttachedEvent>('NodeWorker.attachedToWorker', leave);
  const session = openSession(new ThreadTransport(main, thread.sessionId));
  void session.closed.then(off);
  return { session, thread };
}

/** `worker thread 3 "mailer"` */
export function describeThread({ id, name, script }: WorkerThread): string {
  const shown = name || script.replace(/^.*\//, '');
  return `worker thread ${id}${shown ? ` "${printable(shown)}"` : ''}`;
}

/** Node tells of all threads before it answers. */
async function attachToAll(session: InspectorSession): Promise<readonly Attached[]> {
  const threads: Attached[] = [];
  const off = session.on<AttachedEvent>('NodeWorker.attachedToWorker', (event) => {
    const thread = readThread(event);
    if (!isRelay(thread.script)) threads.push(thread);
  });
  try {
    await session.call('NodeWorker.enable', { waitForDebuggerOnStart: false });
    return threads.sort((a, b) => a.id - b.id);
  } finally {
    off();
  }
}

/** Its title is `[worker 3] name` (Node 18 to 26); older ones say `Worker 3`. */
function readThread({ sessionId, workerInfo: { workerId, title, url } }: AttachedEvent): Attached {
  return takeIn('NodeWorker.attachedToWorker', () => {
    const [, id = workerId, rest = ''] = /\bworker (\d+)\]?\s*(.*)$/i.exec(title) ?? [];
    return { sessionId: String(sessionId), id: Number(id), name: rest === UNNAMED ? '' : rest, script: String(url) };
  });
}

function unknownThread(id: number, threads: readonly WorkerThread[]): ProfilerError {
  const lines = threads.map((thread) => `  --thread ${thread.id}    ${describeThread(thread)}`);
  return new ProfilerError(
    'thread-not-found',
    EXIT.attachFailed,
    `The service has no worker thread ${id}.`,
    lines.length > 0
      ? `Its worker threads:\n${lines.join('\n')}`
      : 'It has no worker threads now. Omit --thread for its main thread.',
  );
}

class ThreadTransport implements Transport {
  readonly #main: InspectorSession;
  readonly #sessionId: string;
  readonly tellsEnd = true;
  #close: (reason: string) => void = () => {};
  #isOpen = true;

  constructor(main: InspectorSession, sessionId: string) {
    this.#main = main;
    this.#sessionId = sessionId;
  }

  get isOpen(): boolean {
    return this.#isOpen && this.#main.isOpen;
  }

  listen({ message, closed }: Parameters<Transport['listen']>[0]): void {
    const listenTo = <Event extends Of>(event: string, heard: (params: Event) => void): (() => void) =>
      this.#main.on<Event>(`NodeWorker.${event}`, (params) => {
        if (params.sessionId === this.#sessionId) heard(params);
      });
    const offs = [
      listenTo<Of & { readonly message: string }>('receivedMessageFromWorker', (event) => message(event.message)),
      listenTo('detachedFromWorker', () => this.#close('the worker thread has ended')),
    ];
    this.#close = (reason) => {
      if (!this.#isOpen) return;
      this.#isOpen = false;
      for (const off of offs) off();
      // Node would go on to attach to each thread that is started.
      this.#main.call('NodeWorker.disable').catch(() => {});
      closed(reason);
    };
    void this.#main.closed.then(({ detail }) => this.#close(detail));
  }

  send(message: string): void {
    // Who waits for an answer has a deadline of his own.
    this.#main.call('NodeWorker.sendMessageToWorker', { sessionId: this.#sessionId, message }).catch(() => {});
  }

  terminate(): void {
    this.#close('the connection was closed here');
  }
}
