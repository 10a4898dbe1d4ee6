import type { MetricName } from '../../model/metric-catalogue.ts';
import type { Milliseconds } from '../../model/units.ts';

type Values = Partial<Record<MetricName, number>>;

/** One look at the server: counts of this database's connections without our own, and its counters. */
export interface Look {
  readonly connections: number;
  readonly active: number;
  readonly idleInTransaction: number;
  readonly lockWaits: number;
  readonly transactionAgeMs: Milliseconds | null;
  /** Counted now and then only: the server stops its lock manager for it. */
  readonly locks: number | null;
  readonly commits: number;
  readonly rollbacks: number;
  readonly deadlocks: number;
  readonly blocksRead: number;
  readonly blocksHit: number;
  readonly tempBytes: number;
  /** Statements that run right now, unchanged and with their values: not to be written to disk. */
  readonly running: readonly { readonly query: string | null; readonly ms: Milliseconds; readonly waits: boolean }[];
}

const RUNNING_EACH_LOOK = 50;

/** `$1`: whether locks are counted. */
export const LOOK: string = `
with own as materialized (
  select state, wait_event_type, xact_start, query_start, query
  from pg_stat_activity
  where datname = current_database() and pid <> pg_backend_pid() and coalesce(backend_type, 'client backend') = 'client backend'
), running as (
  select left(query, 5000) as query, wait_event_type = 'Lock' is true as waits,
    coalesce(extract(epoch from clock_timestamp() - query_start) * 1000, 0) as ms
  from own where state = 'active' order by query_start limit ${RUNNING_EACH_LOOK}
)
select
  (select count(*) from own)::int as "connections",
  (select count(*) from own where state = 'active')::int as "active",
  (select count(*) from own where state like 'idle in transaction%')::int as "idleInTransaction",
  (select count(*) from own where wait_event_type = 'Lock')::int as "lockWaits",
  (select max(extract(epoch from clock_timestamp() - xact_start)) * 1000 from own)::float8 as "transactionAgeMs",
  (case when $1::boolean then (select count(*) from pg_locks l where l.database = d.datid and l.pid <> pg_backend_pid()) end)::int as "locks",
  d.xact_commit::float8 as "commits", d.xact_rollback::float8 as "rollbacks", d.deadlocks::float8 as "deadlocks",
  d.blks_read::float8 as "blocksRead", d.blks_hit::float8 as "blocksHit", d.temp_bytes::float8 as "tempBytes",
  (select coalesce(json_agg(running), '[]'::json) from running) as "running"
from pg_stat_database d where d.datname = current_database()`;

/** A look as values of the metric catalogue; the hit ratio needs the look before. */
export function toDatabaseValues(look: Look, before: Look | null, maxConnections: number): Values {
  const values: Values = {
    'db.connections': look.connections,
    'db.connections.active': look.active,
    'db.connections.idle-in-transaction': look.idleInTransaction,
    'db.connections.limit': maxConnections,
    'db.lock-waits': look.lockWaits,
    'db.transaction.age.max': Math.max(0, look.transactionAgeMs ?? 0),
    'db.commits': look.commits,
    'db.rollbacks': look.rollbacks,
    'db.deadlocks': look.deadlocks,
    'db.blocks.read': look.blocksRead,
    'db.blocks.hit': look.blocksHit,
    'db.temp.bytes': look.tempBytes,
  };
  if (look.locks !== null) values['db.locks'] = look.locks;
  const hit = look.blocksHit - (before?.blocksHit ?? Number.NaN);
  const all = hit + look.blocksRead - (before?.blocksRead ?? Number.NaN);
  if (all > 0 && hit >= 0) values['db.cache.hit-ratio'] = hit / all;
  return values;
}
