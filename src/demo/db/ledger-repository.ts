import type pg from 'pg';
import type { Faults } from '../faults.ts';
import type { SealedProof } from '../services/proof-sealer.ts';

export interface LedgerEntry {
  readonly entry_id: number;
  readonly device_id: string;
  readonly device_enrolled_at: Date | null;
  readonly capture_id: string;
  readonly digest: string;
  readonly recorded_at: Date;
}

export interface LedgerPage {
  readonly page: number;
  readonly limit: number;
  readonly has_more: boolean;
  readonly entries: readonly LedgerEntry[];
}

type EntryRow = Omit<LedgerEntry, 'entry_id' | 'device_enrolled_at'> & { readonly entry_id: string };

/** Stands in for a sequential scan: the ledger of a short run is too small to be slow by itself. */
const SCAN_SECONDS = 0.12;

const INSERT = `
  insert into ledger_entries (device_id, capture_id, digest, payload) values ($1, $2, $3, $4)
  returning entry_id`;
const PAGE = `
  select entry_id, device_id, capture_id, digest, recorded_at from ledger_entries
  order by entry_id desc limit $1 offset $2`;
const SLOW_PAGE = `
  select entry_id, device_id, capture_id, digest, recorded_at
  from ledger_entries, (select pg_sleep(${SCAN_SECONDS})) as scan
  order by entry_id desc limit $1 offset $2`;

export class LedgerRepository {
  private readonly pool: pg.Pool;
  private readonly pageQuery: string;
  private readonly readsDevicesOneByOne: boolean;

  constructor(pool: pg.Pool, faults: Faults) {
    this.pool = pool;
    this.pageQuery = faults.has('slow-query') ? SLOW_PAGE : PAGE;
    this.readsDevicesOneByOne = faults.has('n-plus-one');
  }

  async append(proof: SealedProof): Promise<number> {
    const { deviceId, captureId, digest, payload } = proof;
    const { rows } = await this.pool.query<{ entry_id: string }>(INSERT, [deviceId, captureId, digest, payload]);
    return Number(rows[0]?.entry_id);
  }

  /** Newest first. Asks for one entry more than a page holds instead of counting a ledger that only grows. */
  async readPage(page: number, limit: number): Promise<LedgerPage> {
    const { rows } = await this.pool.query<EntryRow>(this.pageQuery, [limit + 1, (page - 1) * limit]);
    const shown = rows.slice(0, limit);
    const enrolledAt = this.readsDevicesOneByOne ? await this.devicesOneByOne(shown) : await this.devicesAtOnce(shown);
    const entries = shown.map((row) => ({
      ...row,
      entry_id: Number(row.entry_id),
      device_enrolled_at: enrolledAt.get(row.device_id) ?? null,
    }));
    return { page, limit, has_more: rows.length > limit, entries };
  }

  /** 0 while the ledger is empty. */
  async lastEntryId(): Promise<number> {
    const { rows } = await this.pool.query<{ last: string | null }>('select max(entry_id) as last from ledger_entries');
    return Number(rows[0]?.last ?? 0);
  }

  private async devicesAtOnce(rows: readonly EntryRow[]): Promise<Map<string, Date>> {
    const ids = [...new Set(rows.map((row) => row.device_id))];
    const devices = await this.pool.query<{ device_id: string; enrolled_at: Date }>(
      'select device_id, enrolled_at from devices where device_id = any($1)',
      [ids],
    );
    return new Map(devices.rows.map((device) => [device.device_id, device.enrolled_at]));
  }

  private async devicesOneByOne(rows: readonly EntryRow[]): Promise<Map<string, Date>> {
    const enrolledAt = new Map<string, Date>();
    for (const { device_id } of rows) {
      const device = await this.pool.query<{ enrolled_at: Date }>(
        'select enrolled_at from devices where device_id = $1',
        [device_id],
      );
      for (const { enrolled_at } of device.rows) enrolledAt.set(device_id, enrolled_at);
    }
    return enrolledAt;
  }
}
