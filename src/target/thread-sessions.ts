import { isRelay } from '../model/agent-protocol.ts';
import type { Milliseconds } from '../model/units.ts';
import { openWorkerSession } from './connect-inspector.ts';
import { takeIn } from './inspector-error.ts';
import type { InspectorSession } from './session.ts';
import type { Transport } from './transport.ts';

/** One worker thread of a target: an isolate, and so a heap, of its own. */
export interface WorkerThread {
  /** `threadId` of node:worker_threads: never given twice in one life of the process. */
  readonly id: number;
  /** What the program calls it; empty if it gave no name. */
  readonly name: string;
  /** Of its script; empty if it runs a text. */
  readonly url: string;
  readonly session: InspectorSession;
}

interface Attached {
  readonly sessionId: string;
  readonly workerInfo: { readonly title: string; readonly url: string };
}

const DEADLINE_MS = 10_000;
/** Node 24 and later call a thread so that has no name. */
const UNNAMED = 'WorkerThread';

export interface WorkerThreads {
  readonly threads: readonly WorkerThread[];
  /** Ends their sessions. Nothing of ours stays in a thread. */
  close(): Promise<void>;
}

/**
 * The worker threads that the main thread has started, each with a session inside that of the main thread, which must be
 * used for no other look at them. Node lists those that run before it answers. The sessions end with it, and each with its
 * thread.
 */
export async function openWorkerThreads(session: InspectorSession): Promise<WorkerThreads> {
  const threads: WorkerThread[] = [];
  let isListed = false;
  const off = session.on<Attached>('NodeWorker.attachedToWorker', (attached) => {
    const thread = takeIn('NodeWorker.attachedToWorker', () => threadOf(session, attached));
    if (thread === null) return;
    // Node attaches to what is started from now on too, and `disable` does not end those sessions.
    if (isListed) thread.session.disconnect();
    else threads.push(thread);
  });
  const close = async (): Promise<void> => {
    for (const thread of threads) thread.session.disconnect();
    await session.call('NodeWorker.disable', {}, { deadlineMs: DEADLINE_MS }).catch(() => {});
    off();
  };
  try {
    await session.call('NodeWorker.enable', { waitForDebuggerOnStart: false }, { deadlineMs: DEADLINE_MS });
  } catch (error) {
    // A blocked thread enables it when it continues. Enabled once more later, it would list no threads.
    isListed = true;
    void close();
    throw error;
  }
  isListed = true;
  return { threads: threads.sort((a, b) => a.id - b.id), close };
}

/** Whether its event loop comes round in time. Without that no snapshot is taken, whatever else it answers. */
export async function isTurning(session: InspectorSession, deadlineMs: Milliseconds): Promise<boolean> {
  const turn = { expression: 'new Promise((resolve) => setTimeout(resolve, 0))', awaitPromise: true };
  return await session.call('Runtime.evaluate', turn, { deadlineMs }).then(
    () => true,
    () => false,
  );
}

/** Null for what is no thread of the program. */
function threadOf(session: InspectorSession, { sessionId, workerInfo }: Attached): WorkerThread | null {
  const title = /^\[worker (\d+)\] ?(.*)$/s.exec(String(workerInfo.title));
  if (title === null || isRelay(String(workerInfo.url))) return null;
  const name = title[2] === UNNAMED ? '' : (title[2] ?? '');
  const transport = new WorkerTransport(session, String(sessionId));
  return { id: Number(title[1]), name, url: String(workerInfo.url), session: openWorkerSession(transport) };
}

/** Messages of a worker thread inside those of its main thread. */
class WorkerTransport implements Transport {
  readonly #session: InspectorSession;
  readonly #id: string;
  readonly #offs: (() => void)[] = [];
  #tellClosed: (reason: string) => void = () => {};
  #isOpen = true;

  constructor(session: InspectorSession, id: string) {
    this.#session = session;
    this.#id = id;
  }

  get isOpen(): boolean {
    return this.#isOpen && this.#session.isOpen;
  }

  listen({ message, closed }: Parameters<Transport['listen']>[0]): void {
    this.#tellClosed = closed;
    this.#offs.push(
      this.#session.on<{ readonly sessionId: string; readonly message: string }>(
        'NodeWorker.receivedMessageFromWorker',
        ({ sessionId, message: text }) => {
          if (sessionId === this.#id) message(text);
        },
      ),
      this.#session.on<{ readonly sessionId: string }>('NodeWorker.detachedFromWorker', ({ sessionId }) => {
        if (sessionId === this.#id) this.#end('the worker thread has ended');
      }),
    );
    void this.#session.closed.then(({ detail }) => this.#end(detail));
  }

  send(text: string): void {
    this.#tell('sendMessageToWorker', { sessionId: this.#id, message: text }, DEADLINE_MS);
  }

  terminate(): void {
    if (!this.#isOpen) return;
    this.#tell('detach', { sessionId: this.#id }, DEADLINE_MS);
    this.#end('the connection was closed here');
  }

  /** A thread that is gone cannot be notified: its end is reported. */
  #tell(method: string, params: object, deadlineMs: Milliseconds): void {
    this.#session.call(`NodeWorker.${method}`, params, { deadlineMs }).catch(() => {});
  }

  #end(reason: string): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    for (const off of this.#offs) off();
    this.#tellClosed(reason);
  }
}
