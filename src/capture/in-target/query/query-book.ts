import type { CallSite, TargetQueries, TargetStatement } from '../../../model/database.ts';

const MAX_STATEMENTS = 300;
const MAX_TEXTS = 600;
const MAX_TEXT_CHARS = 2000;
const MAX_SITES = 5;
const MAX_ROUTES = 100;
const ROUTES_EACH = 12;
const MAX_SLOW = 50;
const REPORTED = 120;
/** Callers are recorded for the first calls of a statement, and then for one call in this many. */
const SITES_FIRST = 20;
const SITES_EACH = 64;
/** Durations by powers of the square root of two, from a tenth of a millisecond. */
const BUCKETS = 44;

/** A request in progress: which statements it ran. Held by its asynchronous context, so it holds nothing of the program. */
interface RequestUse {
  counts: Map<Statement, { calls: number; rows: number; totalMs: number }> | null;
}

interface Statement extends Omit<TargetStatement, 'text' | 'p95Ms' | 'sites' | 'routes'> {
  readonly text: string;
  calls: number;
  errors: number;
  rows: number;
  totalMs: number;
  maxMs: number;
  slow: number;
  readonly buckets: number[];
  readonly sites: Map<string, { readonly site: CallSite; seen: number }>;
  readonly routes: Map<string, { requests: number; calls: number; rows: number; totalMs: number; maxCalls: number }>;
}

interface Call {
  readonly statement: Statement;
  readonly startMs: number;
  readonly use: RequestUse | null;
  readonly site: CallSite | null;
}

export interface QueryTotals {
  readonly calls: number;
  readonly errors: number;
  readonly totalMs: number;
  readonly slow: number;
}

export interface QueryBook {
  /** Whether it is time to look where this statement comes from: a stack costs microseconds. */
  wantsSite(sql: string): boolean;
  /** Null if there is no room for another statement: the call is only counted. */
  begin(sql: string, startMs: number, use: RequestUse | null, site: CallSite | null): Call | null;
  end(call: Call, endMs: number, monoMs: number, failed: boolean, rows: number | null): void;
  newRequest(): RequestUse;
  /** The request was answered. `route` as it shall be shown. */
  endRequest(use: RequestUse, route: string): void;
  totals(): QueryTotals;
  report(): Pick<TargetQueries, 'statements' | 'uncounted' | 'slowest' | 'attributedRequests'>;
}

/**
 * Keeps count of queries by statement, request and caller. Bounded: statements, texts, routes, callers and the slow-query
 * log have a greatest number each.
 */
export function createQueryBook(normalise: (sql: string) => string, slowMs: number): QueryBook {
  const statements = new Map<string, Statement>();
  const byText = new Map<string, Statement>();
  const routeNames = new Set<string>();
  const slowest: {
    statement: Statement;
    monoMs: number;
    durationMs: number;
    rows: number | null;
    call: Call;
    route: string | null;
  }[] = [];
  const totals = { calls: 0, errors: 0, totalMs: 0, slow: 0 };
  let uncounted = 0;
  let attributed = 0;

  const statementOf = (sql: string): Statement | null => {
    const known = byText.get(sql);
    if (known) return known;
    const text = normalise(sql);
    let statement = statements.get(text);
    if (!statement) {
      if (statements.size >= MAX_STATEMENTS) return null;
      const buckets = Array.from({ length: BUCKETS }, () => 0);
      const none = { calls: 0, errors: 0, rows: 0, totalMs: 0, maxMs: 0, slow: 0 };
      statement = { text, ...none, buckets, sites: new Map(), routes: new Map() };
      statements.set(text, statement);
    }
    // Texts with values in them are as many as there are values: the memory of them starts again when it is full.
    if (byText.size >= MAX_TEXTS) byText.clear();
    if (sql.length <= MAX_TEXT_CHARS) byText.set(sql, statement);
    return statement;
  };
  const noteSite = (statement: Statement, site: CallSite): void => {
    const key = `${site.url}:${site.line0}:${site.column0}`;
    const known = statement.sites.get(key);
    if (known) known.seen += 1;
    else if (statement.sites.size < MAX_SITES) statement.sites.set(key, { site, seen: 1 });
  };
  const noteSlow = (call: Call, monoMs: number, durationMs: number, rows: number | null): void => {
    if (slowest.length >= MAX_SLOW && durationMs <= (slowest.at(-1)?.durationMs ?? 0)) return;
    slowest.push({ statement: call.statement, monoMs, durationMs, rows, call, route: null });
    slowest.sort((a, b) => b.durationMs - a.durationMs);
    slowest.length = Math.min(slowest.length, MAX_SLOW);
  };
  const topSite = (statement: Statement): CallSite | null =>
    [...statement.sites.values()].sort((a, b) => b.seen - a.seen)[0]?.site ?? null;
  const p95Of = ({ buckets }: Statement): number => {
    const all = buckets.reduce((sum, n) => sum + n, 0);
    let seen = 0;
    for (let i = 0; i < BUCKETS; i += 1) {
      seen += buckets[i] ?? 0;
      if (all > 0 && seen >= 0.95 * all) return 0.1 * 2 ** (i / 2);
    }
    return 0;
  };

  return {
    wantsSite(sql) {
      const calls = byText.get(sql)?.calls ?? 0;
      return calls < SITES_FIRST || calls % SITES_EACH === 0;
    },
    begin(sql, startMs, use, site) {
      const statement = statementOf(sql);
      totals.calls += 1;
      if (!statement) {
        uncounted += 1;
        return null;
      }
      if (site) noteSite(statement, site);
      statement.calls += 1;
      return { statement, startMs, use: use?.counts ? use : null, site };
    },
    end(call, endMs, monoMs, failed, rows) {
      const { statement, use } = call;
      const durationMs = endMs - call.startMs;
      statement.totalMs += durationMs;
      totals.totalMs += durationMs;
      statement.maxMs = Math.max(statement.maxMs, durationMs);
      const bucket = Math.ceil(2 * Math.log2(Math.max(0.1, durationMs) / 0.1));
      const index = Math.min(BUCKETS - 1, bucket);
      statement.buckets[index] = (statement.buckets[index] ?? 0) + 1;
      statement.rows += rows ?? 0;
      if (failed) {
        statement.errors += 1;
        totals.errors += 1;
      }
      if (durationMs >= slowMs) {
        statement.slow += 1;
        totals.slow += 1;
        noteSlow(call, monoMs, durationMs, rows);
      }
      if (!use?.counts) return;
      const count = use.counts.get(statement) ?? { calls: 0, rows: 0, totalMs: 0 };
      count.calls += 1;
      count.rows += rows ?? 0;
      count.totalMs += durationMs;
      use.counts.set(statement, count);
    },
    newRequest: () => ({ counts: new Map() }),
    endRequest(use, name) {
      const { counts } = use;
      // What runs after the response belongs to no request.
      use.counts = null;
      attributed += 1;
      if (!counts || counts.size === 0) return;
      const route = routeNames.has(name) || routeNames.size < MAX_ROUTES ? name : '(other routes)';
      routeNames.add(route);
      for (const [statement, { calls, rows, totalMs }] of counts) {
        let entry = statement.routes.get(route);
        if (!entry) {
          if (statement.routes.size >= ROUTES_EACH) continue;
          entry = { requests: 0, calls: 0, rows: 0, totalMs: 0, maxCalls: 0 };
          statement.routes.set(route, entry);
        }
        entry.requests += 1;
        entry.calls += calls;
        entry.rows += rows;
        entry.totalMs += totalMs;
        entry.maxCalls = Math.max(entry.maxCalls, calls);
      }
      for (const slow of slowest) if (slow.call.use === use) slow.route = route;
    },
    totals: () => ({ ...totals }),
    report() {
      const all = [...statements.values()];
      const most = new Set([
        ...[...all].sort((a, b) => b.totalMs - a.totalMs).slice(0, REPORTED / 2),
        ...[...all].sort((a, b) => b.calls - a.calls).slice(0, REPORTED / 2),
      ]);
      return {
        statements: [...most]
          .sort((a, b) => b.totalMs - a.totalMs)
          .map((one) => ({
            text: one.text,
            calls: one.calls,
            errors: one.errors,
            rows: one.rows,
            totalMs: one.totalMs,
            maxMs: one.maxMs,
            p95Ms: Math.min(one.maxMs, p95Of(one)),
            slow: one.slow,
            sites: [...one.sites.values()].sort((a, b) => b.seen - a.seen).map(({ site, seen }) => ({ ...site, seen })),
            routes: [...one.routes].map(([route, use]) => ({ route, ...use })).sort((a, b) => b.calls - a.calls),
          })),
        uncounted,
        slowest: slowest.map(({ statement, monoMs, durationMs, rows, call, route }) => ({
          monoMs,
          text: statement.text,
          durationMs,
          rows,
          // Not every request is followed: a statement that only one route runs was run by that.
          route: route ?? (statement.routes.size === 1 ? ([...statement.routes.keys()][0] ?? null) : null),
          site: call.site ?? topSite(statement),
        })),
        attributedRequests: attributed,
      };
    },
  };
}
