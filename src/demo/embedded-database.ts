/**
 * PostgreSQL in a process of its own, in memory, spoken to over the wire protocol: what the service uses where no
 * PostgreSQL is at hand. An entry of its own, so that neither its 500 MB nor its work count as the service's.
 * All connections share one session: one open transaction makes all others wait.
 */
import process from 'node:process';
import { PGlite } from '@electric-sql/pglite';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';

const HOST = '127.0.0.1';
/** More than any pool of ours: with fewer than the pool holds, most queries fail. */
const MAX_CONNECTIONS = 64;

const database = await PGlite.create('memory://');
const server = new PGLiteSocketServer({ db: database, host: HOST, port: 0, maxConnections: MAX_CONNECTIONS });
await server.start();

const ready = { listening: { host: HOST, port: Number(server.getServerConn().split(':').at(-1)) }, pid: process.pid };
console.log(JSON.stringify(ready));
process.send?.(ready);

const stop = (): void => process.exit(0);
process.on('SIGTERM', stop);
if (process.connected) {
  // The terminal sends Ctrl-C to the service and to us: the service has queries to finish first, and ends us then.
  process.on('SIGINT', () => undefined);
  process.on('disconnect', stop);
} else {
  process.on('SIGINT', stop);
}
