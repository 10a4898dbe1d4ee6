import type { PlanNode } from '../../model/database.ts';
import type { QuerySummary } from '../../model/report.ts';
import type { RunView } from '../run-view.ts';
import {
  callsOf,
  type KnownQuery,
  meanMs,
  mergeQueries,
  rowsPerCall,
  serverMeanMs,
  siteOf,
  totalMs,
} from './merge-queries.ts';
import { sourceAt } from './query-subject.ts';

const LISTED = 60;

/** The statements of a run as a report lists them. */
export function querySummaries({ run }: RunView): QuerySummary[] {
  const queries = run.database ? mergeQueries(run.database) : [];
  return queries.slice(0, LISTED).map((query) => {
    const route = busiestRoute(query);
    return {
      text: query.text,
      calls: callsOf(query),
      route: route?.route ?? null,
      callsPerRequest: route?.callsPerRequest ?? null,
      rowsPerCall: rowsPerCall(query),
      totalMs: totalMs(query),
      meanMs: meanMs(query),
      p95Ms: query.target?.p95Ms ?? null,
      maxMs: query.target?.maxMs ?? null,
      slowCalls: query.target?.slow ?? null,
      serverMeanMs: serverMeanMs(query),
      source: sourceAt(run, siteOf(query)),
      plan: query.plan?.plan ? planLines(query.plan.plan) : null,
      planError: query.plan?.error ?? null,
      wholeReads: query.scans.map(({ use }) => use.table),
    };
  });
}

function busiestRoute({ target }: KnownQuery): { readonly route: string; readonly callsPerRequest: number } | null {
  const routes = (target?.routes ?? []).map(({ route, calls, requests }) => ({
    route,
    callsPerRequest: calls / Math.max(1, requests),
  }));
  return routes.sort((a, b) => b.callsPerRequest - a.callsPerRequest)[0] ?? null;
}

/** `Seq Scan on orders (rows=12): (orders.customer = $1)`, children indented below. */
function planLines({ node, table, index, condition, rows, children }: PlanNode, depth: number = 0): string[] {
  const where = [index && `using ${index}`, table && `on ${table}`].filter(Boolean).join(' ');
  const line = `${'  '.repeat(depth)}${[node, where].filter(Boolean).join(' ')} (rows=${Math.round(rows)})`;
  return [
    condition === null ? line : `${line}: ${condition}`,
    ...children.flatMap((child) => planLines(child, depth + 1)),
  ];
}
