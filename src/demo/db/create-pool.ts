import pg from 'pg';

const POOL_SIZE = 20;
/** A request that gets no connection in this time is answered 503. */
const ACQUIRE_TIMEOUT_MS = 2_000;
const CONNECT_ATTEMPTS = 10;
const RETRY_DELAY_MS = 300;

/** Opens the pool and waits until the database answers, since it may be starting at the same time as we are. */
export async function createPool(connectionString: string, onError: (error: Error) => void): Promise<pg.Pool> {
  const pool = new pg.Pool({
    connectionString,
    max: POOL_SIZE,
    connectionTimeoutMillis: ACQUIRE_TIMEOUT_MS,
    application_name: 'evidence-archive',
  });
  // Without a listener the loss of an idle connection would end the process.
  pool.on('error', onError);
  await waitUntilAnswering(pool);
  return pool;
}

/** True for the error of a request that waited for a connection in vain. */
export function isPoolTimeout(error: unknown): boolean {
  return error instanceof Error && error.message.includes('timeout exceeded when trying to connect');
}

async function waitUntilAnswering(pool: pg.Pool): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await pool.query('select 1');
      return;
    } catch (error) {
      if (attempt === CONNECT_ATTEMPTS) throw error;
      await new Promise((resolve) => setTimeout(resolve, RETRY_DELAY_MS));
    }
  }
}
