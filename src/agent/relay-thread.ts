import { chmodSync } from 'node:fs';
import { Session } from 'node:inspector';
import { createServer, type Socket } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';
import { LONGEST_MESSAGE_BYTES } from '../model/inspector-limits.ts';
import { splitLines } from '../model/split-lines.ts';

// A thread of its own in the service, while the tool is there: each connection is one inspector session with the main
// thread of the service.

/** How an inspector says that the program has ended. */
const EXITING = 'NodeRuntime.waitingForDisconnect';

interface Task {
  readonly path: string;
  /** Set to 1 when nobody is connected to the main thread any more. */
  readonly left: Int32Array;
}

interface Call {
  readonly id: number;
  readonly method: string;
  readonly params?: object;
}

const { path, left } = workerData as Task;
const endings = new Set<(isExiting: boolean) => void>();

const server = createServer(serve);
server.on('error', (error) => {
  parentPort?.postMessage(error.message);
  end(false);
});
server.listen({ path, exclusive: true }, () => {
  chmodSync(path, 0o600);
  parentPort?.postMessage(null);
});
parentPort?.on('message', (word: 'end' | 'exit') => end(word === 'exit'));

function serve(socket: Socket): void {
  const session = new Session();
  session.connectToMainThread();
  const leave = (isExiting: boolean): void => {
    if (!endings.delete(leave)) return;
    session.disconnect();
    if (isExiting) send({ method: EXITING, params: {} });
    socket.end();
  };
  endings.add(leave);
  const send = (message: object): void => {
    // The protocol knows no back pressure: what the far side does not take is kept here, in the service.
    if (socket.writableLength > LONGEST_MESSAGE_BYTES) socket.destroy();
    else if (socket.writable) socket.write(`${JSON.stringify(message)}\n`);
  };
  session.on('inspectorNotification', (message: { readonly method: string }) => {
    // Node waits with its exit until everybody has detached.
    if (message.method === EXITING) leave(true);
    else send(message);
  });
  const lines = splitLines((line) => {
    const call = readCall(line);
    if (call === null) socket.destroy();
    else if (endings.has(leave)) post(session, call, send);
  }, LONGEST_MESSAGE_BYTES);
  socket.on('error', () => {});
  socket.on('close', () => leave(false));
  socket.setEncoding('utf8').on('data', (text: string) => {
    if (!lines(text)) socket.destroy();
  });
}

function post(session: Session, { id, method, params }: Call, send: (message: object) => void): void {
  session.post(method, params, (error, result) => {
    if (error === null) send({ id, result });
    // Node gives the words of the inspector behind some of its own.
    else send({ id, error: { message: error.message.replace(/^Inspector error (-?\d+): /, '') } });
  });
}

function readCall(line: string): Call | null {
  try {
    const { id, method, params = {} } = JSON.parse(line) as Partial<Call>;
    return typeof id === 'number' && typeof method === 'string' ? { id, method, params } : null;
  } catch {
    return null;
  }
}

function end(isExiting: boolean): void {
  server.close();
  for (const leave of endings) leave(isExiting);
  parentPort?.close();
  Atomics.store(left, 0, 1);
  Atomics.notify(left, 0);
}
