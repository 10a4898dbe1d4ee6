import {
  type CallSite,
  type DatabaseRecords,
  type ObservedStatement,
  type PlanNode,
  queriesFile,
  type RouteUse,
  type ServerStatement,
  type StatementPlan,
  type TableUse,
  type TargetStatement,
} from '../../model/database.ts';

/** One statement, from all sides that saw it. */
export interface KnownQuery {
  readonly text: string;
  /** As the service saw it, over all its lives; null if it was not watched from inside. */
  readonly target: TargetStatement | null;
  /** Where the last life that sent it wrote it down. */
  readonly targetFile: string | null;
  readonly server: ServerStatement | null;
  readonly observed: ObservedStatement | null;
  readonly plan: StatementPlan | null;
  /** Large tables that its plan reads as a whole although it asks for some rows only. */
  readonly scans: readonly WholeRead[];
}

export interface WholeRead {
  readonly use: TableUse;
  readonly condition: string;
}

/** Reading a smaller table as a whole costs less than looking into an index. */
const BIG_TABLE_ROWS = 10_000;
/** Of the rows of the table, what a call may take and an index would still be better. */
const SELECTIVE_SHARE = 0.1;

/** Statements of a run, most time first. */
export function mergeQueries({ queries, server }: DatabaseRecords): KnownQuery[] {
  const target = new Map<string, TargetStatement>();
  for (const statement of queries.flatMap(({ statements }) => statements))
    target.set(keyOf(statement), add(statement, target.get(keyOf(statement))));
  const files = new Map(
    queries.flatMap((one) => one.statements.map((statement) => [keyOf(statement), queriesFile(one)] as const)),
  );
  const ofServer = byKey(server?.statements ?? []);
  const observed = byKey(server?.observed ?? []);
  const plans = byKey(server?.plans ?? []);
  const texts = new Map<string, Pick<ServerStatement, 'text' | 'calls' | 'rows'>>([...ofServer, ...target]);
  return [...texts]
    .map(([key, { text, calls, rows }]) => {
      const plan = plans.get(key) ?? null;
      return {
        text,
        target: target.get(key) ?? null,
        targetFile: files.get(key) ?? null,
        server: ofServer.get(key) ?? null,
        observed: observed.get(key) ?? null,
        plan,
        scans: plan?.plan ? wholeReads(plan.plan, server?.tables ?? [], rows / Math.max(1, calls)) : [],
      };
    })
    .sort((a, b) => totalMs(b) - totalMs(a));
}

export function totalMs({ target, server }: KnownQuery): number {
  return target?.totalMs ?? server?.totalMs ?? 0;
}

/** Average time of a call, as the service saw it where it did. */
export function meanMs(query: KnownQuery): number {
  return totalMs(query) / Math.max(1, callsOf(query));
}

export function serverMeanMs({ server }: KnownQuery): number | null {
  return server && server.calls > 0 ? server.totalMs / server.calls : null;
}

export function callsOf({ target, server }: KnownQuery): number {
  return target?.calls ?? server?.calls ?? 0;
}

export function rowsPerCall({ target, server }: KnownQuery): number {
  const rows = target?.rows ?? server?.rows ?? 0;
  return rows / Math.max(1, target?.calls ?? server?.calls ?? 0);
}

/** The line that it is mostly called from. */
export function siteOf({ target }: KnownQuery): CallSite | null {
  return target?.sites[0] ?? null;
}

/** Upper and lower case and blanks make no other statement. */
function keyOf({ text }: { readonly text: string }): string {
  return text.toLowerCase().replace(/\s+/g, '');
}

function byKey<One extends { readonly text: string }>(all: readonly One[]): Map<string, One> {
  return new Map(all.map((one) => [keyOf(one), one]));
}

function add(one: TargetStatement, other: TargetStatement | undefined): TargetStatement {
  if (!other) return one;
  const sites = new Map(other.sites.map((site) => [`${site.url}:${site.line0}:${site.column0}`, site]));
  for (const site of one.sites) {
    const key = `${site.url}:${site.line0}:${site.column0}`;
    sites.set(key, { ...site, seen: site.seen + (sites.get(key)?.seen ?? 0) });
  }
  return {
    text: one.text,
    calls: one.calls + other.calls,
    errors: one.errors + other.errors,
    rows: one.rows + other.rows,
    totalMs: one.totalMs + other.totalMs,
    maxMs: Math.max(one.maxMs, other.maxMs),
    // Of the life with more calls: percentiles do not add up.
    p95Ms: one.calls >= other.calls ? one.p95Ms : other.p95Ms,
    slow: one.slow + other.slow,
    sites: [...sites.values()].sort((a, b) => b.seen - a.seen),
    routes: addRoutes(one.routes, other.routes),
  };
}

function addRoutes(some: readonly RouteUse[], others: readonly RouteUse[]): RouteUse[] {
  const routes = new Map(others.map((use) => [use.route, use]));
  for (const use of some) {
    const before = routes.get(use.route);
    routes.set(use.route, {
      route: use.route,
      requests: use.requests + (before?.requests ?? 0),
      calls: use.calls + (before?.calls ?? 0),
      rows: use.rows + (before?.rows ?? 0),
      totalMs: use.totalMs + (before?.totalMs ?? 0),
      maxCalls: Math.max(use.maxCalls, before?.maxCalls ?? 0),
    });
  }
  return [...routes.values()].sort((a, b) => b.calls - a.calls);
}

function wholeReads(node: PlanNode, tables: readonly TableUse[], rowsEach: number): WholeRead[] {
  const below = node.children.flatMap((child) => wholeReads(child, tables, rowsEach));
  if (!/^(Parallel )?Seq Scan$/.test(node.node) || node.condition === null) return below;
  const use = tables.find(({ table }) => table === node.table);
  if (!use || use.rows < BIG_TABLE_ROWS || rowsEach > SELECTIVE_SHARE * use.rows) return below;
  return [{ use, condition: node.condition }, ...below];
}
