import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import pg from 'pg';
import { freePort } from './free-port.ts';

export interface PostgresCluster {
  /** Of a fresh, empty database. */
  readonly url: string;
  stop(): Promise<void>;
}

const DEBIAN_ROOT = '/usr/lib/postgresql';
const USER = 'postgres';
const CONNECT_ATTEMPTS = 100;
const RETRY_DELAY_MS = 100;

/** The folder with initdb and postgres: PG_BIN, or the newest that Debian installed. Null when there is none. */
export function findPostgres(): string | null {
  const debian = existsSync(DEBIAN_ROOT) ? readdirSync(DEBIAN_ROOT).sort((a, b) => Number(b) - Number(a)) : [];
  const candidates = [process.env.PG_BIN ?? '', ...debian.map((version) => join(DEBIAN_ROOT, version, 'bin'))];
  return candidates.find((folder) => folder !== '' && existsSync(join(folder, 'initdb'))) ?? null;
}

/** Starts a cluster of its own in a temporary folder, on a free port. */
export async function startPostgres(settings: readonly string[] = []): Promise<PostgresCluster> {
  const bin = findPostgres();
  if (bin === null) throw new Error(`no PostgreSQL: set PG_BIN, or install it below ${DEBIAN_ROOT}`);
  const folder = mkdtempSync(join(tmpdir(), 'postgres-'));
  const owner = ownerOfCluster();
  if (owner !== null) chownSync(folder, owner.uid, owner.gid);
  const data = join(folder, 'data');
  execFileSync(join(bin, 'initdb'), ['-D', data, '-U', USER, '-A', 'trust', '--no-sync', '-E', 'UTF8'], {
    ...owner,
    cwd: folder,
    stdio: 'ignore',
  });
  const port = await freePort();
  const flags = [`port=${port}`, 'listen_addresses=127.0.0.1', `unix_socket_directories=${folder}`, 'fsync=off'];
  const server = spawn(
    join(bin, 'postgres'),
    ['-D', data, ...[...flags, ...settings].flatMap((setting) => ['-c', setting])],
    {
      ...owner,
      cwd: folder,
      stdio: 'ignore',
    },
  );
  const killServer = (): void => void server.kill('SIGQUIT');
  process.once('exit', killServer);
  const url = `postgres://${USER}@127.0.0.1:${port}/postgres`;
  const stop = async (): Promise<void> => {
    await stopServer(server);
    process.off('exit', killServer);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await waitUntilAnswering(url, server);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, stop };
}

/** PostgreSQL refuses to run as root: then it runs as the user of its package. Null: as ourselves. */
function ownerOfCluster(): { readonly uid: number; readonly gid: number } | null {
  if (process.getuid?.() !== 0) return null;
  const id = (flag: string): number => Number(execFileSync('id', [flag, USER], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

async function waitUntilAnswering(url: string, server: ChildProcess): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const client = new pg.Client({ connectionString: url });
    try {
      await client.connect();
      return;
    } catch (error) {
      if (attempt === CONNECT_ATTEMPTS || server.exitCode !== null) throw error;
      await new Promise((resolve) => setTimeout(resolve, RETRY_DELAY_MS));
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}

async function stopServer(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const exited = once(server, 'exit');
  // Fast shutdown: clients that are still there are disconnected.
  server.kill('SIGINT');
  await exited;
}
