import { Session } from 'node:inspector';
import { Worker } from 'node:worker_threads';

/** How long an exiting process waits for its own thread to let go of it. */
const LEAVE_MS = 500;

/** The thread that serves sessions while somebody is there. */
export interface Visit {
  /** Of the socket for sessions. */
  readonly path: string;
  /** Null when the socket is there, else why it is not. */
  readonly ready: Promise<string | null>;
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
  let worker: Worker;
  try {
    worker = new Worker(script, {
      workerData: { path, left },
      // Nothing that the service loads into its threads belongs into this one.
      execArgv: [],
      env: {},
      trackUnmanagedFds: false,
    });
  } catch (error) {
    // No thread is left (pids.max, ulimit -u).
    const failure = `it can start no thread (${(error as Error).message})`;
    return { path, ready: Promise.resolve(failure), end() {}, leave() {} };
  }
  const ready = new Promise<string | null>((resolve) => {
    worker.on('message', (failure: string | null) => resolve(failure));
    worker.on('error', (error) => resolve(error.message));
    worker.on('exit', () => {
      resolve('its thread has ended');
      forgetConsole();
    });
  });
  worker.unref();
  return {
    path,
    ready,
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
    const session = new Session();
    session.connect();
    session.post('Runtime.discardConsoleEntries');
    session.disconnect();
  } catch {
    // Then they stay; the service goes on.
  }
}
