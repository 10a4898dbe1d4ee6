import { once } from 'node:events';
import type { PageServer } from '../serve/page-server.ts';
import { stopOnSignals } from './stop-on-signals.ts';
import type { Terminal } from './terminal.ts';

/** Prints the address, and serves until Ctrl-C. The address contains a token: anyone who has it sees what the pages show. */
export async function serveUntilStopped(server: PageServer, what: string, terminal: Terminal): Promise<void> {
  const signals = stopOnSignals(terminal.say, { words: 'stopping', onHangUp: 'stop' });
  if (terminal.json) terminal.data({ url: server.url });
  else terminal.print(`${what}: ${server.url}`);
  terminal.say('Only this machine can open it, and only with this address. Ctrl-C ends it.');
  try {
    if (!signals.stop.aborted) await once(signals.stop, 'abort');
  } finally {
    await server.close();
    await signals.release();
  }
}
