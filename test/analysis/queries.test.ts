import assert from 'node:assert/strict';
import { test } from 'node:test';
import { analyse } from '../../src/analysis/analyse.ts';
import type {
  DatabaseRecords,
  DatabaseView,
  RouteUse,
  ServerStatement,
  TargetQueries,
  TargetStatement,
} from '../../src/model/database.ts';
import type { Finding } from '../../src/model/finding.ts';
import type { MetricName } from '../../src/model/metric-catalogue.ts';
import type { Report } from '../../src/model/report.ts';
import { type Moment, type RunPlan, syntheticRun } from '../helpers/synthetic-run.ts';

const SITE = { url: 'file:///srv/app/dist/orders.js', line0: 41, column0: 4, function: 'readLine' };
const LOOKUP = 'select name from customers where id = $1';

function statement(text: string, over: Partial<TargetStatement> = {}): TargetStatement {
  const calls = over.calls ?? 1_000;
  const totalMs = over.totalMs ?? 2 * calls;
  return {
    text,
    calls,
    errors: 0,
    rows: calls,
    totalMs,
    maxMs: (3 * totalMs) / calls,
    p95Ms: (2 * totalMs) / calls,
    slow: 0,
    sites: [{ ...SITE, seen: 30 }],
    routes: [],
    ...over,
  };
}

function route(requests: number, each: number, rowsEach: number, name = 'GET /orders'): RouteUse {
  const calls = requests * each;
  return { route: name, requests, calls, rows: calls * rowsEach, totalMs: 2 * calls, maxCalls: each };
}

function records(statements: readonly TargetStatement[], server: Partial<DatabaseView> | null = null): DatabaseRecords {
  const queries: TargetQueries = {
    schema: 'profiler-queries/1',
    segment: 0,
    monoMs: 5_060_000,
    slowMs: 100,
    statements,
    uncounted: 0,
    slowest: [],
    pools: [
      {
        name: 'db:5432/orders',
        limit: 10,
        total: 10,
        idle: 4,
        waiting: 0,
        holders: [{ ...SITE, held: 6, oldestMs: 30_000 }],
      },
    ],
    attributedRequests: 1_000,
  };
  const view: DatabaseView = {
    schema: 'profiler-database/1',
    server: { version: '15.4', name: 'db:5432/orders', maxConnections: 100 },
    looks: 60,
    statements: null,
    observed: [],
    plans: [],
    tables: [],
    notes: [],
    ...server,
  };
  return { queries: statements.length > 0 ? [queries] : [], server: server && view };
}

function report(database: DatabaseRecords | null, plan: Omit<RunPlan, 'seed'> = {}): Report {
  return analyse(syntheticRun({ seed: 7, ...plan, change: (run) => ({ ...run, database }) }));
}

function findings(
  database: DatabaseRecords | null,
  kind: Finding['kind'],
  plan: Omit<RunPlan, 'seed'> = {},
): readonly Finding[] {
  return report(database, plan).findings.filter((finding) => finding.kind === kind);
}

function server(text: string, calls: number, totalMs: number, rows = calls): ServerStatement {
  return { text, calls, rows, totalMs, blocksRead: 10, blocksHit: 990, tempBlocks: 0 };
}

test('one lookup for each row of another query is confirmed, with route, line and parent', () => {
  const list = statement('select id, customer from orders limit $1', { calls: 100, routes: [route(100, 1, 12)] });
  const lookup = statement(LOOKUP, { calls: 1_200, routes: [route(100, 12, 1)] });
  const [finding, ...more] = findings(records([list, lookup]), 'n-plus-one-query');
  assert.deepEqual(more, []);
  assert.equal(finding?.confidence, 'confirmed');
  assert.equal(finding.subject.source?.file, 'src/orders.ts');
  assert.equal(finding.subject.source?.line, 42);
  assert.match(finding.title, /12 times in each `GET \/orders`/);
  assert.match(JSON.stringify(finding.evidence), /select id, customer from orders/);
});

test('a loop over keys that come from elsewhere is likely', () => {
  const [finding] = findings(records([statement(LOOKUP, { routes: [route(100, 8, 1)] })]), 'n-plus-one-query');
  assert.equal(finding?.confidence, 'likely');
});

for (const [what, text, use] of [
  ['three lookups', LOOKUP, route(100, 3, 1)],
  ['many rows at a time', LOOKUP, route(100, 12, 40)],
  ['a list of keys', 'select name from customers where id = any($1)', route(100, 12, 1)],
  ['a join', 'select a.x from a join b on b.id = a.id where a.id = $1', route(100, 12, 1)],
  ['inserts', 'insert into audit values ($1)', route(100, 12, 1)],
  ['few requests', LOOKUP, route(10, 12, 1)],
] as const) {
  test(`${what}: no query in a loop`, () => {
    assert.deepEqual(findings(records([statement(text, { routes: [use] })]), 'n-plus-one-query'), []);
  });
}

test('without a look inside, the counts of the server are divided by the requests of the run', () => {
  const requests = report(null).run.requests;
  const view = {
    statements: [
      server(LOOKUP, 10 * requests, 100 * requests),
      server('select id from orders', requests, requests, 10 * requests),
    ],
  };
  const [finding] = findings(records([], view), 'n-plus-one-query');
  assert.equal(finding?.confidence, 'likely');
  assert.match(finding.against.join(' '), /all requests of the run/);
});

test('slow in the server is confirmed; slow in the service alone is likely', () => {
  const slow = statement('select report($1)', { calls: 50, totalMs: 50 * 180, slow: 50 });
  const view = { statements: [server('SELECT report($1)', 50, 50 * 170)] };
  assert.equal(findings(records([slow], view), 'slow-query')[0]?.confidence, 'confirmed');
  const [alone] = findings(records([slow]), 'slow-query');
  assert.equal(alone?.confidence, 'likely');
  assert.equal(alone.severity, 'major');
});

test('quick in the server, slow in the service: the server is not blamed', () => {
  const slow = statement('select report($1)', { calls: 50, totalMs: 50 * 180, slow: 50 });
  const [finding] = findings(records([slow], { statements: [server('select report($1)', 50, 50)] }), 'slow-query');
  assert.equal(finding?.confidence, 'possible');
  assert.match(finding.against.join(' '), /server itself needed 1 ms/);
});

test('now and then slow in the service, never seen so in the server: no finding', () => {
  const slow = statement('select report($1)', { calls: 500, totalMs: 500 * 60, slow: 40 });
  const seen = (longestMs: number): Partial<DatabaseView> => ({
    statements: [server('select report($1)', 500, 500 * 50)],
    observed: [{ text: 'select report($1)', seen: 12, waitingForLock: 0, longestMs }],
  });
  assert.deepEqual(findings(records([slow], seen(55)), 'slow-query'), []);
  assert.equal(findings(records([slow], seen(400)), 'slow-query').length, 1);
});

test('a blocked event loop makes answers look slow', () => {
  const slow = statement('select report($1)', { calls: 50, totalMs: 50 * 180, slow: 50 });
  const values = (): Partial<Record<MetricName, number>> => ({ 'loop.delay.p99': 150 });
  assert.equal(findings(records([slow]), 'slow-query', { values })[0]?.confidence, 'possible');
});

test('a large table that is read as a whole for a few rows: the missing index is named', () => {
  const text = 'select id from orders where customer = $1 and state = $2';
  const scan = { node: 'Seq Scan', table: 'orders', index: null, rows: 12, cost: 3582, children: [] };
  const view: Partial<DatabaseView> = {
    statements: [server(text, 400, 400 * 22, 4_000)],
    plans: [
      { text, error: null, plan: { ...scan, condition: '((orders.customer = $1) AND ((orders.state)::text = $2))' } },
    ],
    tables: [{ table: 'orders', rows: 200_000, bytes: 9e6, seqScans: 400, seqRows: 80e6, indexScans: 0, indexes: [] }],
  };
  const [finding] = findings(
    records([statement(text, { calls: 400, rows: 4_000, totalMs: 400 * 25 })], view),
    'slow-query',
  );
  assert.equal(finding?.confidence, 'confirmed');
  assert.match(finding.title, /all 200,000 rows of `orders`/);
  assert.match(finding.recommendation, /create index concurrently on orders \(customer, state\)/);
  const small = { ...view, tables: [{ ...view.tables![0]!, rows: 900 }] };
  assert.deepEqual(findings(records([statement(text, { calls: 400, rows: 4_000 })], small), 'slow-query'), []);
});

test('quick queries, and one slow migration, are no finding', () => {
  const quick = statement('select 1', { totalMs: 3_000, slow: 2 });
  const migration = statement('create index on orders (a)', { calls: 1, totalMs: 20_000, slow: 1 });
  assert.deepEqual(findings(records([quick, migration]), 'slow-query'), []);
});

/** A pool of ten: connections in use under load and at rest, waits, by the moment of the run. */
function pool(
  out: (moment: Moment & { readonly isLoaded: boolean }) => number,
  waitMs = 1,
  waiting = 0,
): Omit<RunPlan, 'seed'> {
  return {
    values: (moment) => ({
      'requests.active': moment.isLoaded ? 5 + waiting : waiting,
      'pool.total': 10,
      'pool.idle': 10 - Math.min(10, out(moment)),
      'pool.waiting': waiting,
      'pool.limit': 10,
      'pool.acquires': moment.requests,
      'pool.acquire.failures': 0,
      'pool.acquire.time': waitMs * moment.requests,
      'pool.acquire.max': 2 * waitMs,
    }),
  };
}

test('connections that stay in use when no request is in progress are not returned', () => {
  const leaking = pool(({ tMs, isLoaded }) => Math.floor(tMs / 10_000) + (isLoaded ? 3 : 0));
  const [finding] = findings(records([statement('select 1')]), 'pool-exhaustion', leaking);
  assert.equal(finding?.confidence, 'confirmed');
  assert.equal(finding.subject.source?.line, 42);
  assert.match(finding.title, /not returned/);
});

test('an exhausted pool, callers waiting at rest', () => {
  const [finding] = findings(
    null,
    'pool-exhaustion',
    pool(() => 10, 900, 7),
  );
  assert.equal(finding?.confidence, 'confirmed');
  assert.equal(finding.severity, 'critical');
  assert.match(finding.title, /All 10 connections/);
});

test('a pool that is too small makes callers wait; it levels off', () => {
  const [finding] = findings(
    null,
    'pool-exhaustion',
    pool(({ isLoaded }) => (isLoaded ? 10 : 0), 240),
  );
  assert.equal(finding?.confidence, 'likely');
  assert.match(finding.title, /A pool of 10 is too small/);
});

test('callers of a pool who wait on a machine that is short of cores may wait for a core', () => {
  const plan = pool(({ isLoaded }) => (isLoaded ? 10 : 0), 240);
  const starved: typeof plan = {
    ...plan,
    values: (moment) => ({ ...plan.values?.(moment), 'process.cpu': 14, 'process.run-delay': 0.5 * moment.tMs }),
  };
  const [finding] = findings(null, 'pool-exhaustion', starved);
  assert.equal(finding?.confidence, 'possible');
  assert.match(finding.against.join(), /The service waited for a core 50 % of the time/);
});

test('a busy pool, and one connection that is kept from the start, are no finding', () => {
  assert.deepEqual(
    findings(
      null,
      'pool-exhaustion',
      pool(({ isLoaded }) => (isLoaded ? 9 : 0)),
    ),
    [],
  );
  assert.deepEqual(
    findings(
      null,
      'pool-exhaustion',
      pool(({ isLoaded }) => (isLoaded ? 9 : 3)),
    ),
    [],
  );
});

test('db.connections is measured by the server, else by the pools', () => {
  const threshold = {
    subject: 'resources',
    metric: 'db.connections',
    percentile: null,
    operator: '<',
    value: 8,
    unit: 'count',
    text: 'db.connections<8',
  } as const;
  const gateOf = (values: Partial<Record<MetricName, number>>): Report['gates'][number] | undefined =>
    analyse(
      syntheticRun({ seed: 7, values: () => values, change: (run) => ({ ...run, thresholds: [threshold] }) }),
    ).gates.find(({ name }) => name === 'db.connections');
  assert.deepEqual(
    [gateOf({ 'db.connections': 12, 'pool.total': 4 })?.measured, gateOf({ 'db.connections': 12 })?.status],
    [12, 'fail'],
  );
  assert.deepEqual([gateOf({ 'pool.total': 4 })?.measured, gateOf({ 'pool.total': 4 })?.status], [4, 'pass']);
  assert.equal(gateOf({})?.status, 'unknown');
});

test('report.json lists statements with route, line and times of both sides', () => {
  const { queries } = report(
    records([statement(LOOKUP, { routes: [route(100, 12, 1)] })], { statements: [server(LOOKUP, 1_000, 500)] }),
  );
  assert.equal(queries?.length, 1);
  const [query] = queries;
  assert.equal(query?.callsPerRequest, 12);
  assert.equal(query.route, 'GET /orders');
  assert.equal(query.meanMs, 2);
  assert.equal(query.serverMeanMs, 0.5);
  assert.equal(query.source?.file, 'src/orders.ts');
  assert.equal(report(null).queries, undefined);
});

test('evidence names the file of the life of the service in which the queries were seen', () => {
  const query = statement(LOOKUP, { calls: 8_000, routes: [route(1_000, 8, 1)] });
  const first = records([query]);
  const second = { ...first, queries: first.queries.map((one) => ({ ...one, segment: 1 })) };
  for (const [database, file] of [
    [first, 'database/queries-0.json'],
    [second, 'database/queries-1.json'],
  ] as const) {
    const run = { ...syntheticRun({ seed: 12 }), database };
    const files = analyse(run)
      .findings.filter(({ foundBy }) => foundBy === 'queries in a loop' || foundBy === 'connection pool')
      .flatMap(({ evidence }) => evidence.map((one) => one.file))
      .filter((one) => one?.startsWith('database/queries'));
    assert.ok(files.length > 0);
    assert.deepEqual([...new Set(files)], [file]);
  }
});
