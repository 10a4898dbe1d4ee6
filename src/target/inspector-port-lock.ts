import { connect, createServer, type Server } from 'node:net';
import { ProfilerError } from '../model/errors.ts';
import { EXIT } from '../model/exit-codes.ts';
import type { Milliseconds } from '../model/units.ts';
import { poll } from './poll.ts';

const DEADLINE_MS = 15_000;

/**
 * Every Node opens its inspector on the same port, so only one may do so at a time on a host. The lock is a socket in
 * Linux's abstract name space: it has the reach of the port (one network namespace, all users) and is gone the moment
 * its holder is, however that ended, so there is nothing stale to clean up. It answers a caller with the holder's pid.
 */
export async function lockInspectorPort(
  port: number,
  { deadlineMs = DEADLINE_MS }: { readonly deadlineMs?: Milliseconds } = {},
): Promise<{ release(): void }> {
  const path = `\0soak-profiler-inspector-${port}`;
  const server = await poll(() => tryListen(path), deadlineMs, 50);
  if (server) return { release: () => void server.close() };
  const holder = await askHolder(path);
  throw new ProfilerError(
    'inspector-port-locked',
    EXIT.attachFailed,
    `Another profiler${holder ? ` (pid ${holder})` : ''} has been opening an inspector for ${deadlineMs / 1000} s.`,
    'Wait for it or end it, then try again.',
  );
}

function tryListen(path: string): Promise<Server | null> {
  return new Promise((resolve, reject) => {
    const server = createServer((caller) => {
      caller.on('error', () => {});
      caller.end(String(process.pid));
    });
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(null) : reject(error),
    );
    server.listen(path, () => resolve(server.unref()));
  });
}

function askHolder(path: string): Promise<string | null> {
  return new Promise((resolve) => {
    const caller = connect(path);
    caller.setTimeout(500, () => caller.destroy());
    caller.once('data', (pid) => resolve(String(pid)));
    caller.once('error', () => resolve(null));
    caller.once('close', () => resolve(null));
  });
}
