import type pg from 'pg';

/**
 * One query string is one transaction, and the lock lives as long: two services that start on one database do not
 * create the same table at once (`if not exists` alone does not guard against that).
 */
const SCHEMA = `
  select pg_advisory_xact_lock(70211);
  create table if not exists devices (
    device_id text primary key,
    enrolled_at timestamptz not null default now()
  );
  create table if not exists enrollments (
    token_hash text primary key,
    device_id text not null references devices,
    created_at timestamptz not null default now()
  );
  create table if not exists ledger_entries (
    entry_id bigserial primary key,
    device_id text not null references devices,
    capture_id text not null,
    digest text not null,
    payload jsonb not null,
    recorded_at timestamptz not null default now()
  );
  create index if not exists ledger_entries_device on ledger_entries (device_id, entry_id desc);
  create table if not exists audit_batches (
    batch_id bigserial primary key,
    line_count integer not null,
    digest text not null,
    written_at timestamptz not null default now()
  );
`;

export async function migrate(pool: pg.Pool): Promise<void> {
  await pool.query(SCHEMA);
}
