import type { ServerStatement, TableUse } from '../../model/database.ts';
import { normaliseSql } from '../in-target/query/normalise-sql.ts';
import type { PostgresConnection } from './connect-postgres.ts';

interface StatementRow {
  readonly id: string;
  readonly calls: number;
  readonly rows: number;
  readonly totalMs: number;
  readonly blocksRead: number;
  readonly blocksHit: number;
  readonly tempBlocks: number;
}

/** Current counters of pg_stat_statements by id. */
export type StatementCounters = ReadonlyMap<string, StatementRow>;

const TOP = 60;
const OWN = /soak-profiler|soak_profiler/;

/** Schema of the extension where it is there and loaded; else a sentence that says how to get it. */
export async function findStatementsSchema(
  connection: PostgresConnection,
): Promise<{ readonly schema: string } | { readonly missing: string }> {
  const [found] = await connection.query<{ schema: string }>(
    `select quote_ident(n.nspname) as schema from pg_extension e join pg_namespace n on n.oid = e.extnamespace where e.extname = 'pg_stat_statements'`,
  );
  if (!found) {
    return {
      missing:
        "pg_stat_statements is not there, so the server's own times of statements are unknown: add it to `shared_preload_libraries`, restart the server, then `create extension pg_stat_statements` in this database.",
    };
  }
  try {
    await connection.query(`select 1 from ${found.schema}.pg_stat_statements(false) limit 1`);
    return found;
  } catch (error) {
    return {
      missing: `pg_stat_statements cannot be read (${(error as Error).message}): name it in \`shared_preload_libraries\` and restart the server, or grant the role \`pg_read_all_stats\`.`,
    };
  }
}

/** All statements of this database, without their texts. */
export async function readCounters(connection: PostgresConnection, schema: string): Promise<StatementCounters> {
  // Names of columns changed with version 13: the row is read as JSON.
  const rows = await connection.query<StatementRow>(
    `select s.userid || '/' || s.queryid as id, sum(s.calls)::float8 as calls, sum(s.rows)::float8 as rows,
       sum(coalesce(to_jsonb(s)->>'total_exec_time', to_jsonb(s)->>'total_time')::float8) as "totalMs",
       sum(s.shared_blks_read)::float8 as "blocksRead", sum(s.shared_blks_hit)::float8 as "blocksHit", sum(s.temp_blks_written)::float8 as "tempBlocks"
     from ${schema}.pg_stat_statements(false) s
     where s.dbid = (select oid from pg_database where datname = current_database()) and s.queryid is not null group by 1`,
  );
  return new Map(rows.map((row) => [row.id, row]));
}

/** What statements did between two readings, most time first. Texts are made free of values once more. */
export async function statementsSince(
  connection: PostgresConnection,
  schema: string,
  before: StatementCounters,
): Promise<ServerStatement[]> {
  const now = await readCounters(connection, schema);
  const grown = [...now.values()].map((row) => difference(row, before.get(row.id))).filter(({ calls }) => calls > 0);
  const most = new Map(
    [
      ...[...grown].sort((a, b) => b.totalMs - a.totalMs).slice(0, TOP),
      ...[...grown].sort((a, b) => b.calls - a.calls).slice(0, TOP),
    ].map((row) => [row.id, row]),
  );
  const texts = await connection.query<{ id: string; query: string }>(
    `select userid || '/' || queryid as id, query from ${schema}.pg_stat_statements(true)
     where userid || '/' || queryid = any($1::text[]) and dbid = (select oid from pg_database where datname = current_database())`,
    [[...most.keys()]],
  );
  const byText = new Map<string, ServerStatement>();
  for (const { id, query } of texts) {
    const row = most.get(id);
    if (!row || OWN.test(query) || query === '<insufficient privilege>') continue;
    most.delete(id);
    const text = normaliseSql(query);
    byText.set(text, add({ ...row, text }, byText.get(text)));
  }
  return [...byText.values()].sort((a, b) => b.totalMs - a.totalMs);
}

/** Less than before: the statistics were reset meanwhile, or the statement was thrown out and came back. */
function difference(row: StatementRow, before: StatementRow | undefined): StatementRow {
  if (!before || row.calls < before.calls) return row;
  return {
    id: row.id,
    calls: row.calls - before.calls,
    rows: row.rows - before.rows,
    totalMs: row.totalMs - before.totalMs,
    blocksRead: row.blocksRead - before.blocksRead,
    blocksHit: row.blocksHit - before.blocksHit,
    tempBlocks: row.tempBlocks - before.tempBlocks,
  };
}

/** The same text of several roles, or of texts that differ in white space only. */
function add(one: ServerStatement, other: ServerStatement | undefined): ServerStatement {
  return {
    text: one.text,
    calls: one.calls + (other?.calls ?? 0),
    rows: one.rows + (other?.rows ?? 0),
    totalMs: one.totalMs + (other?.totalMs ?? 0),
    blocksRead: one.blocksRead + (other?.blocksRead ?? 0),
    blocksHit: one.blocksHit + (other?.blocksHit ?? 0),
    tempBlocks: one.tempBlocks + (other?.tempBlocks ?? 0),
  };
}

export type TableCounters = ReadonlyMap<string, TableUse>;

/** The largest tables: how often each was read as a whole or by an index. Nothing is locked for it. */
export async function readTables(connection: PostgresConnection): Promise<TableCounters> {
  const rows = await connection.query<TableUse>(
    `select case s.schemaname when 'public' then '' else s.schemaname || '.' end || s.relname as table,
       (case when c.reltuples > 0 then c.reltuples else s.n_live_tup end)::float8 as rows,
       c.relpages::float8 * current_setting('block_size')::int as bytes,
       coalesce(s.seq_scan, 0)::float8 as "seqScans", coalesce(s.seq_tup_read, 0)::float8 as "seqRows", coalesce(s.idx_scan, 0)::float8 as "indexScans",
       array(select pg_get_indexdef(i.indexrelid) from pg_index i where i.indrelid = s.relid limit 20) as indexes
     from pg_stat_user_tables s join pg_class c on c.oid = s.relid
     order by greatest(c.relpages, s.n_live_tup / 100) desc limit 100`,
  );
  return new Map(rows.map((row) => [row.table, row]));
}

export function tablesSince(now: TableCounters, before: TableCounters): TableUse[] {
  return [...now.values()].map((table) => {
    const since = (name: 'seqScans' | 'seqRows' | 'indexScans'): number => {
      const earlier = before.get(table.table)?.[name] ?? 0;
      return table[name] < earlier ? table[name] : table[name] - earlier;
    };
    return { ...table, seqScans: since('seqScans'), seqRows: since('seqRows'), indexScans: since('indexScans') };
  });
}
