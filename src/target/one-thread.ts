import { ProfilerError } from '../model/errors.ts';
import { EXIT } from '../model/exit-codes.ts';
import { printable } from '../model/printable.ts';
import type { InspectorSession } from './session.ts';
import { openWorkerThreads, type WorkerThread } from './thread-sessions.ts';

/** A worker thread of a service, without a session with it. */
export type ThreadFacts = Omit<WorkerThread, 'session'>;

/** The worker threads of a service, without those of our agent. Nothing is left open in them. */
export async function listThreads(session: InspectorSession): Promise<readonly ThreadFacts[]> {
  const { threads, close } = await openWorkerThreads(session);
  await close();
  return threads.map(({ id, name, url }) => ({ id, name, url }));
}

/**
 * A session with one worker thread, which ends with the thread or with the session that it goes through: that one serves
 * one thread at a time. Throws a ProfilerError (exit 3) where the service has no such thread.
 */
export async function connectThread(main: InspectorSession, id: number): Promise<WorkerThread> {
  const { threads, close } = await openWorkerThreads(main);
  const thread = threads.find((one) => one.id === id);
  if (thread === undefined) {
    await close();
    throw unknownThread(id, threads);
  }
  for (const other of threads) if (other !== thread) other.session.disconnect();
  // Node would continue to attach to each thread that is started.
  void thread.session.closed.then(close);
  return thread;
}

/** `worker thread 3 "mailer"` */
export function describeThread({ id, name, url }: ThreadFacts): string {
  const shown = name || url.replace(/^.*\//, '');
  return `worker thread ${id}${shown ? ` "${printable(shown)}"` : ''}`;
}

function unknownThread(id: number, threads: readonly ThreadFacts[]): ProfilerError {
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
