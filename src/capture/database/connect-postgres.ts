import { createRequire } from 'node:module';
import { join } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { ProfilerError } from '../../model/errors.ts';
import { EXIT } from '../../model/exit-codes.ts';

/** One connection, and the part of `pg` that is used. Rows are objects. */
export interface PostgresConnection {
  /** `host:port/database`: no user, no password. */
  readonly name: string;
  /** One statement, by the extended protocol: a second one behind a semicolon is refused by the server. */
  query<Row = Record<string, unknown>>(text: string, values?: readonly unknown[]): Promise<readonly Row[]>;
  close(): Promise<void>;
}

interface PgClient {
  connect(): Promise<void>;
  query(config: object): Promise<{ readonly rows: readonly unknown[] }>;
  end(): Promise<void>;
  on(event: 'error', listener: (error: Error) => void): void;
  readonly host: string;
  readonly port: number;
  readonly database: string;
}

const PACKAGE = 'pg';
/** Stands in pg_stat_activity, and before each statement, so that ours can be distinguished from the service's own. */
const APPLICATION = 'soak-profiler';
const CONNECT_TIMEOUT_MS = 5_000;
/** Whatever we ask must not take longer than this, nor wait for a lock. */
const STATEMENT_TIMEOUT_MS = 3_000;
const LOCK_TIMEOUT_MS = 500;

/**
 * Connects to look, never to write: every transaction is read-only, statements and waits for locks are cut short.
 * Throws a ProfilerError (exit 2) without the package `pg`, and where the address is wrong or refuses.
 */
export async function connectPostgres(url: string): Promise<PostgresConnection> {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (!parsed || !['postgres:', 'postgresql:'].includes(parsed.protocol)) {
    throw new ProfilerError(
      'usage',
      EXIT.usage,
      '--database needs the address of a PostgreSQL database.',
      'Write postgres://USER@HOST:PORT/DATABASE; the password may come from PGPASSWORD.',
    );
  }
  const { Client } = loadPg();
  const options = [
    'default_transaction_read_only=on',
    `statement_timeout=${STATEMENT_TIMEOUT_MS}`,
    `lock_timeout=${LOCK_TIMEOUT_MS}`,
    'idle_in_transaction_session_timeout=10000',
  ];
  let client: PgClient | null = null;
  try {
    client = new Client({
      connectionString: url,
      application_name: APPLICATION,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      keepAlive: true,
      options: options.map((setting) => `-c ${setting}`).join(' '),
    });
    // The next query reports a broken connection.
    client.on('error', () => {});
    await client.connect();
  } catch (error) {
    await client?.end().catch(() => {});
    throw unreachable(parsed, error as Error);
  }
  const connected = client;
  return {
    name: `${connected.host}:${connected.port}/${connected.database}`,
    query: async <Row>(text: string, values: readonly unknown[] = []) => {
      const { rows } = await connected.query({ text: `/* ${APPLICATION} */ ${text}`, values, queryMode: 'extended' });
      return rows as readonly Row[];
    },
    close: () => connected.end().catch(() => {}),
  };
}

function unreachable({ host, pathname }: URL, { message }: Error): ProfilerError {
  // A pooler in between hands the settings of one client to another: ours must not reach the service.
  const isPooler = /unsupported startup parameter/.test(message);
  return new ProfilerError(
    'database-unreachable',
    EXIT.usage,
    `could not connect to the database ${host}${pathname}: ${message}`,
    isPooler
      ? 'This looks like PgBouncer: give --database the address of the PostgreSQL server behind it.'
      : 'Check the address, and the password (PGPASSWORD); the role should be a member of pg_monitor.',
  );
}

/** Looks next to this package first, then where the command is run: under npx the two differ. */
function loadPg(): { readonly Client: new (config: object) => PgClient } {
  for (const place of [import.meta.url, pathToFileURL(join(process.cwd(), 'package.json')).href]) {
    const require = createRequire(place);
    try {
      require.resolve(PACKAGE);
    } catch {
      continue;
    }
    return require(PACKAGE) as ReturnType<typeof loadPg>;
  }
  throw new ProfilerError(
    'package-missing',
    EXIT.usage,
    '--database needs the package pg (8 or later), which is not installed.',
    'Install it beside this one (npm install --save-dev pg), or omit --database: queries are observed inside the service without it.',
  );
}
