import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export interface EmbeddedDatabase {
  readonly url: string;
  readonly pid: number;
  /** Ends the process and waits until it is gone. */
  stop(): Promise<void>;
}

interface ReadyMessage {
  readonly listening: { readonly host: string; readonly port: number };
  readonly pid: number;
}

/** Starts the embedded PostgreSQL as a child that ends with us. Rejects when it ends before it is ready. */
export async function startEmbeddedDatabase(): Promise<EmbeddedDatabase> {
  const entry = fileURLToPath(new URL('../embedded-database.js', import.meta.url));
  // Flags of ours (an inspector, a heap limit) are not meant for it.
  const child = fork(entry, { execArgv: [], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const { listening, pid } = await firstMessage(child);
  return {
    url: `postgres://postgres@${listening.host}:${listening.port}/postgres`,
    pid,
    stop: () => stopChild(child),
  };
}

async function firstMessage(child: ChildProcess): Promise<ReadyMessage> {
  const ended = once(child, 'exit').then(([code, signal]) => {
    throw new Error(`the embedded database ended before it was ready (${signal ?? `exit code ${code}`})`);
  });
  const [message] = await Promise.race([once(child, 'message'), ended]);
  ended.catch(() => undefined);
  return message as ReadyMessage;
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
}
