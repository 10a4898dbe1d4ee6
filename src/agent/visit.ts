import { Worker } from 'node:worker_threads';
import { tellInspector } from './tell-inspector.ts';

/** How long an exiting process waits for its own thread to release it. */
const LEAVE_MS = 500;

/** The thread that serves sessions while somebody is there. */
export interface Visit {
  /** Of the socket for sessions. */
  readonly path: string;
  /** Null when the socket is there, else why it is not. */
  readonly ready: Promise<string | null>;
  /** When the thread is gone. */
  readonly ended: Promise<void>;
  /** The last guest has gone. */
  end(): void;
  /** The process exits. */
  leave(): void;
}

/**
 * Sessions are served by a thread of their own, as Node's own inspector does: it can speak while the service is in a long
 * loop, and hands a heap snapshot on while V8 still writes it, so that no copy of it piles up in the service.
 */
export function startVisit(script: string, path: string): Visit {
  const left = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(script, {
    workerData: { path, left },
    // Nothing that the service loads into its threads belongs into this one.
    execArgv: [],
    env: {},
    trackUnmanagedFds: false,
  });
  const ended = new Promise<void>((resolve) => worker.on('exit', () => resolve())).then(() => {
    // Nobody is there who could be waited for.
    Atomics.store(left, 0, 1);
    forgetConsole();
  });
  const ready = new Promise<string | null>((resolve) => {
    let isKnown = false;
    // Once only: Node tells the service of a promise that is resolved again (multipleResolves), and it may end for it.
    const know = (failure: string | null): void => {
      if (!isKnown) resolve(failure);
      isKnown = true;
    };
    worker.on('message', know);
    worker.on('error', (error) => know(error.message));
    void ended.then(() => know('its thread has ended'));
  });
  worker.unref();
  return {
    path,
    ready,
    ended,
    end: () => worker.postMessage('end'),
    leave: () => {
      worker.postMessage('exit');
      // A debugger that is connected holds the exit up.
      Atomics.wait(left, 0, 0, LEAVE_MS);
    },
  };
}

/** V8 keeps the arguments of console calls for whoever is connected, and keeps them when he has gone. */
function forgetConsole(): void {
  try {
    tellInspector('Runtime.discardConsoleEntries');
  } catch {
    // What is kept then is some memory; the service goes on.
  }
}
