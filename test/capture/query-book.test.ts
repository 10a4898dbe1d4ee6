import assert from 'node:assert/strict';
import { test } from 'node:test';
import { normaliseSql } from '../../src/capture/in-target/query/normalise-sql.ts';
import { createQueryBook } from '../../src/capture/in-target/query/query-book.ts';

const SITE = { url: 'file:///srv/app.mjs', line0: 4, column0: 2, function: 'read' };

function run(book: ReturnType<typeof createQueryBook>, sql: string, ms: number, use = book.newRequest()): void {
  const call = book.begin(sql, 0, use, book.wantsSite(sql) ? SITE : null);
  if (call) book.end(call, ms, ms, false, 1);
}

test('a statement is counted by request and by duration', () => {
  const book = createQueryBook(normaliseSql, 100);
  for (let i = 0; i < 10; i += 1) {
    const use = book.newRequest();
    for (let n = 0; n < 3; n += 1) run(book, `select name from t where id = ${n}`, i === 0 ? 150 : 2, use);
    book.endRequest(use, 'GET /t');
  }
  const { statements, slowest, attributedRequests } = book.report();
  const [statement] = statements;
  assert.equal(statement?.text, 'select name from t where id = $1');
  assert.equal(statement.calls, 30);
  assert.equal(statement.slow, 3);
  assert.deepEqual(statement.routes, [
    { route: 'GET /t', requests: 10, calls: 30, rows: 30, totalMs: 3 * 150 + 27 * 2, maxCalls: 3 },
  ]);
  assert.equal(slowest.length, 3);
  assert.equal(slowest[0]?.route, 'GET /t');
  assert.deepEqual(slowest[0]?.site, SITE);
  assert.equal(attributedRequests, 10);
});

test('a query after the answer belongs to no request', () => {
  const book = createQueryBook(normaliseSql, 100);
  const use = book.newRequest();
  book.endRequest(use, 'GET /t');
  run(book, 'select late', 1, use);
  assert.deepEqual(book.report().statements[0]?.routes, []);
});

test('memory has a bound: texts, statements, routes, callers and the log', () => {
  const book = createQueryBook(normaliseSql, 0);
  for (let i = 0; i < 5_000; i += 1) {
    const use = book.newRequest();
    run(book, `select ${i} from table_${i}`, i, use);
    run(book, `select x from one where id = ${i}`, i, use);
    book.endRequest(use, `GET /${i}`);
  }
  const report = book.report();
  assert.ok(report.statements.length <= 120);
  assert.ok(report.uncounted > 4_000);
  assert.equal(report.slowest.length, 50);
  const one = report.statements.find(({ text }) => text === 'select x from one where id = $1');
  assert.equal(one?.calls, 5_000);
  assert.ok(one.routes.length <= 12);
  assert.ok(JSON.stringify(report).length < 200_000);
});
