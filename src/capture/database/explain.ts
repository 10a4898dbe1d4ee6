import type { PlanNode, StatementPlan } from '../../model/database.ts';
import type { PostgresConnection } from './connect-postgres.ts';

const NAME = 'soak_profiler_plan';
const PLANNABLE = /^\(*\s*(select|with|insert|update|delete|merge|values)\b/i;
const OLDEST_VERSION = 120_000;
const DEEPEST = 20;
const WIDEST = 20;

/** As EXPLAIN (FORMAT JSON) gives it. */
interface RawNode {
  readonly 'Node Type'?: string;
  readonly Operation?: string;
  readonly Schema?: string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly 'Plan Rows'?: number;
  readonly 'Total Cost'?: number;
  readonly Plans?: readonly RawNode[];
  readonly [condition: string]: unknown;
}

/**
 * The plan of a statement whose values are unknown: a generic plan, as the server makes it for a prepared statement.
 * EXPLAIN without ANALYZE: the statement is planned, never run, in a transaction that is read-only and rolled back.
 */
export async function explainStatement(
  connection: PostgresConnection,
  serverVersion: number,
  text: string,
): Promise<StatementPlan> {
  const without = (error: string): StatementPlan => ({ text, plan: null, error });
  if (serverVersion < OLDEST_VERSION) return without('generic plans need PostgreSQL 12 or later');
  if (!PLANNABLE.test(text)) return without('not a statement that has a plan');
  // In a normalised text a semicolon can be in a quoted name only; the server refuses a second statement as well.
  if (text.replace(/"(?:[^"]|"")*"/g, '').includes(';')) return without('more than one statement');
  let prepared = false;
  try {
    await connection.query('begin read only');
    await connection.query('set local plan_cache_mode = force_generic_plan');
    await connection.query(`prepare ${NAME} as ${text}`);
    prepared = true;
    const [types] = await connection.query<{ count: number }>(
      'select cardinality(parameter_types)::int as count from pg_prepared_statements where name = $1',
      [NAME],
    );
    const values = Array.from({ length: types?.count ?? 0 }, () => 'null').join(', ');
    const [row] = await connection.query<{ 'QUERY PLAN': readonly { readonly Plan: RawNode }[] }>(
      `explain (verbose, format json) execute ${NAME}${values === '' ? '' : `(${values})`}`,
    );
    const plan = row?.['QUERY PLAN'][0]?.Plan;
    return plan ? { text, plan: prune(plan, 0), error: null } : without('the server gave no plan');
  } catch (error) {
    return without((error as Error).message);
  } finally {
    await connection.query('rollback').catch(() => {});
    if (prepared) await connection.query(`deallocate ${NAME}`).catch(() => {});
  }
}

/** A view or a partial index may hold values of its own. */
function withoutLiterals(condition: string): string {
  return condition.replace(/'(?:[^']|'')*'/g, "'…'");
}

function prune(raw: RawNode, depth: number): PlanNode {
  const conditions = ['Index Cond', 'Recheck Cond', 'Hash Cond', 'Merge Cond', 'Join Filter', 'Filter'];
  const schema = raw.Schema && raw.Schema !== 'public' ? `${raw.Schema}.` : '';
  const children = depth >= DEEPEST ? [] : (raw.Plans ?? []).slice(0, WIDEST);
  return {
    node: raw.Operation ?? raw['Node Type'] ?? 'unknown',
    table: raw['Relation Name'] ? schema + raw['Relation Name'] : null,
    index: raw['Index Name'] ?? null,
    condition:
      conditions
        .flatMap((name) => (typeof raw[name] === 'string' ? [raw[name]] : []))
        .map(withoutLiterals)
        .join(' and ') || null,
    rows: raw['Plan Rows'] ?? 0,
    cost: raw['Total Cost'] ?? 0,
    children: children.map((child) => prune(child, depth + 1)),
  };
}
