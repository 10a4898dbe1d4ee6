/** The reference service: an evidence archive on PostgreSQL, with faults that can be switched on (`--help`). */
import type { AddressInfo } from 'node:net';
import process from 'node:process';
import { type EmbeddedDatabase, startEmbeddedDatabase } from './db/start-embedded-database.ts';
import { parseOptions, type ServiceOptions, UsageError, usage } from './options.ts';
import { createService } from './service.ts';

const USAGE_EXIT_CODE = 2;

async function run({ host, port, faults }: ServiceOptions): Promise<void> {
  const databaseUrl = process.env.DATABASE_URL;
  const embedded = databaseUrl ? null : await startEmbeddedDatabase();
  const service = await createService(databaseUrl || (embedded?.url ?? ''), faults);
  await service.app.listen({ host, port });

  const stop = async (): Promise<never> => {
    await service.close();
    await embedded?.stop();
    // Timers that a fault left behind would keep the process alive for hours.
    process.exit(0);
  };
  process.once('SIGTERM', () => void stop());
  process.once('SIGINT', () => void stop());
  // Started with an IPC channel (the demo command): without its parent it ends, however the parent died.
  process.once('disconnect', () => void stop());
  const { port: boundPort } = service.app.server.address() as AddressInfo;
  console.log(JSON.stringify(readyLine(host, boundPort, embedded)));
}

/** What is waited for by whoever starts us. */
function readyLine(host: string, port: number, embedded: EmbeddedDatabase | null): object {
  return { listening: { host, port }, pid: process.pid, ...(embedded && { embeddedDatabase: { pid: embedded.pid } }) };
}

try {
  const options = parseOptions(process.argv.slice(2));
  if (options === null) console.log(usage());
  else await run(options);
} catch (error) {
  const isUsage = error instanceof UsageError;
  console.error(isUsage ? `${error.message}\n(--help lists the options)` : error);
  process.exit(isUsage ? USAGE_EXIT_CODE : 1);
}
