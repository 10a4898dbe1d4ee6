import type pg from 'pg';
import type { Faults } from '../faults.ts';

const CHECK_EVERY_ENTRIES = 100;

/**
 * Reads each 100th entry back and compares its digest. Fault `pool-leak`: the connection of a check that went well is
 * not released, so that a pool of 20 is used up after 2,000 proofs: 40 s at 50 proofs a second.
 */
export class SpotCheck {
  private readonly pool: pg.Pool;
  private readonly releasesOnlyFailures: boolean;
  private appended = 0;

  constructor(pool: pg.Pool, faults: Faults) {
    this.pool = pool;
    this.releasesOnlyFailures = faults.has('pool-leak');
  }

  async afterAppend(entryId: number, digest: string): Promise<void> {
    this.appended++;
    if (this.appended % CHECK_EVERY_ENTRIES !== 0) return;
    const client = await this.pool.connect();
    let matches = false;
    try {
      matches = (await readDigest(client, entryId)) === digest;
      if (!matches) throw new Error(`ledger entry ${entryId} does not hold the digest that was written`);
    } finally {
      if (!matches || !this.releasesOnlyFailures) client.release();
    }
  }
}

async function readDigest(client: pg.PoolClient, entryId: number): Promise<string | undefined> {
  const { rows } = await client.query<{ digest: string }>('select digest from ledger_entries where entry_id = $1', [
    entryId,
  ]);
  return rows[0]?.digest;
}
