import type { CallSite, DatabaseView, PlanNode, TargetQueries } from '../model/database.ts';
import { count, fields, listOf, moment, nullable, number, oneOf, type Read, text } from './shape.ts';

const site = { url: text, line0: count, column0: count, function: text };
const readSite = fields<CallSite>(site);

const readQueries = fields<TargetQueries>({
  schema: oneOf('profiler-queries/1'),
  segment: count,
  monoMs: moment,
  slowMs: number,
  statements: listOf(
    fields({
      text,
      calls: count,
      errors: count,
      rows: count,
      totalMs: number,
      maxMs: number,
      p95Ms: number,
      slow: count,
      sites: listOf(fields({ ...site, seen: count })),
      routes: listOf(
        fields({ route: text, requests: count, calls: count, rows: count, totalMs: number, maxCalls: count }),
      ),
    }),
  ),
  uncounted: count,
  slowest: listOf(
    fields({
      monoMs: moment,
      text,
      durationMs: number,
      rows: nullable(count),
      route: nullable(text),
      site: nullable(readSite),
    }),
  ),
  pools: listOf(
    fields({
      name: text,
      limit: number,
      total: count,
      idle: count,
      waiting: count,
      holders: listOf(fields({ ...site, held: count, oldestMs: number })),
    }),
  ),
  attributedRequests: nullable(count),
});

const readPlan: Read<PlanNode> = (value, path) =>
  fields<PlanNode>({
    node: text,
    table: nullable(text),
    index: nullable(text),
    condition: nullable(text),
    rows: number,
    cost: number,
    children: listOf(readPlan),
  })(value, path);

const readView = fields<DatabaseView>({
  schema: oneOf('profiler-database/1'),
  server: fields({ version: text, name: text, maxConnections: number }),
  looks: count,
  statements: nullable(
    listOf(
      fields({
        text,
        calls: number,
        rows: number,
        totalMs: number,
        blocksRead: number,
        blocksHit: number,
        tempBlocks: number,
      }),
    ),
  ),
  observed: listOf(fields({ text, seen: count, waitingForLock: count, longestMs: number })),
  plans: listOf(fields({ text, plan: nullable(readPlan), error: nullable(text) })),
  tables: listOf(
    fields({
      table: text,
      rows: number,
      bytes: number,
      seqScans: number,
      seqRows: number,
      indexScans: number,
      indexes: listOf(text),
    }),
  ),
  notes: listOf(text),
});

/** Reads `database/queries-<segment>.json`; throws a ShapeError or a SyntaxError. */
export function parseTargetQueries(json: string): TargetQueries {
  return readQueries(JSON.parse(json), '');
}

/** Reads `database/server.json`; throws a ShapeError or a SyntaxError. */
export function parseDatabaseView(json: string): DatabaseView {
  return readView(JSON.parse(json), '');
}
