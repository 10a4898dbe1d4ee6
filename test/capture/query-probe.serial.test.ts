import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { after, before, type TestContext, test } from 'node:test';
import { createHostClock } from '../../src/capture/host-clock.ts';
import { QueryProbe } from '../../src/capture/query-probe.ts';
import { RuntimeProbe } from '../../src/capture/runtime-probe.ts';
import { callInTarget, cleanUpRegistry, REGISTRY_EXPRESSION } from '../../src/target/target-registry.ts';
import { skipIfMissing } from '../helpers/missing-part.ts';
import { nodeVersions } from '../helpers/node-versions.ts';
import { findPostgres, type PostgresCluster, startPostgres } from '../helpers/postgres.ts';
import { type InspectedChild, startInspected } from './inspected-child.ts';

const noPostgres = skipIfMissing('PostgreSQL', findPostgres() !== null);
const clock = createHostClock();
let cluster: PostgresCluster | null = null;

before(async () => {
  if (!noPostgres) cluster = await startPostgres();
});
after(() => cluster?.stop());

/** Orders with one query a line of the order, and a slow one; `query` is taken in every form that pg knows. */
const BODY = `
const pool = new pg.Pool({ connectionString: DATABASE_URL, max: 2 });
const secret = "hunter2";
async function readLine(id) {
  const { rows } = await pool.query('select name from lines where id = $1', [id]);
  return rows[0].name;
}
async function handle(request, response) {
  if (request.url.startsWith('/orders/')) {
    const { rows } = await pool.query('select id from lines order by id limit 7');
    for (const { id } of rows) await readLine(id);
  } else if (request.url === '/forms') {
    await new Promise((resolve, reject) => pool.query('select 1 as a', (error) => error ? reject(error) : resolve()));
    await new Promise((resolve, reject) => pool.query({ text: 'select $1::int as b', values: [2] }, (error) => error ? reject(error) : resolve()));
    const client = await pool.connect();
    await client.query({ name: 'named', text: 'select $1::int as c', values: [3] });
    await new Promise((resolve, reject) => client.query({ text: 'select 4 as d', callback: (error) => error ? reject(error) : resolve() }));
    await client.query("select '" + secret + "' as e /* " + secret + " */");
    client.release();
    await new Promise((resolve, reject) => pool.connect((error, own, release) => error ? reject(error) : own.query('select 6 as f', (failed) => { release(); failed ? reject(failed) : resolve(); })));
  } else if (request.url === '/slow') await pool.query('select pg_sleep(0.2)');
  else if (request.url === '/broken') await pool.query('select no_such_column').catch(() => {});
  else if (request.url === '/kept') { await pool.connect(); }
  else if (request.url === '/unhandled') { pool.query('select nothing_like_it'); }
  response.end(String(rejections));
}
let rejections = 0;
process.on('unhandledRejection', () => { rejections += 1; });
const before = [pg.Client.prototype.query, Object.getPrototypeOf(pg.Pool.prototype).query, Object.getPrototypeOf(pg.Pool.prototype).connect];
globalThis.restored = () => JSON.stringify([pg.Client.prototype.query, Object.getPrototypeOf(pg.Pool.prototype).query, Object.getPrototypeOf(pg.Pool.prototype).connect].map((each, i) => each === before[i]));
await pool.query('create table if not exists lines (id int primary key, name text)');
await pool.query("insert into lines select i, 'n' || i from generate_series(1, 50) i on conflict do nothing");
const server = http.createServer((request, response) => void handle(request, response).catch((error) => { response.statusCode = 500; response.end(String(error)); }));
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
`;

const PG = JSON.stringify(createRequire(import.meta.url).resolve('pg'));
const FORMS = {
  CommonJS: { file: 'service.cjs', head: `const http = require('node:http'); const pg = require(${PG});`, wrap: true },
  'ES modules': { file: 'service.mjs', head: `import http from 'node:http'; import pg from ${PG};`, wrap: false },
} as const;

async function startService(
  t: TestContext,
  { file, head, wrap }: (typeof FORMS)[keyof typeof FORMS],
  node: string,
): Promise<{ target: InspectedChild; get: (path: string) => Promise<string> }> {
  const body = BODY.replace('DATABASE_URL', JSON.stringify(cluster?.url));
  const program = wrap ? `${head}(async () => {${body}})();` : `${head}${body}`;
  const target = await startInspected(t, program, { node, file });
  const get = async (path: string): Promise<string> => {
    const response = await fetch(`http://127.0.0.1:${target.firstLine}${path}`);
    assert.equal(response.status, 200);
    return await response.text();
  };
  return { target, get };
}

for (const { major, binary, skip } of nodeVersions()) {
  for (const [name, form] of Object.entries(FORMS)) {
    test(`Node ${major}, ${name}: statements, requests, callers, rows, pools; nothing is left`, {
      skip: noPostgres || skip,
    }, async (t) => {
      const { target, get } = await startService(t, form, binary);
      const probe = await RuntimeProbe.install(target.session, { httpProbes: true, clock });
      const queries = await QueryProbe.install(target.session, { slowMs: 100 });
      assert.deepEqual([...queries.unavailable], []);
      await Promise.all(Array.from({ length: 20 }, (_, i) => get(`/orders/${i}`)));
      await get('/forms');
      await get('/slow');
      await get('/broken');
      const report = await queries.read(0);
      assert.ok(report);
      const named = new Map(report.statements.map((statement) => [statement.text, statement]));

      const line = named.get('select name from lines where id = $1');
      assert.equal(line?.calls, 140);
      assert.equal(line.rows, 140);
      assert.deepEqual(
        line.routes.map(({ route, requests, calls, maxCalls }) => ({ route, requests, calls, maxCalls })),
        [{ route: 'GET /orders/:value', requests: 20, calls: 140, maxCalls: 7 }],
      );
      assert.equal(line.sites.length, 1);
      assert.equal(line.sites[0]?.function, 'readLine');
      assert.match(line.sites[0]?.url ?? '', new RegExp(`${form.file}$`));
      for (const text of [
        'select $1 as a',
        'select $1::int as b',
        'select $1::int as c',
        'select $1 as d',
        'select $1 as e',
        'select $1 as f',
      ]) {
        const statement = named.get(text);
        assert.equal(statement?.calls, 1, text);
        assert.equal(statement.rows, 1, text);
        assert.equal(statement.routes[0]?.route, 'GET /forms', text);
        assert.match(statement.sites[0]?.url ?? '', new RegExp(`${form.file}$`), text);
      }
      assert.equal(named.get('select no_such_column')?.errors, 1);
      // Not the first: on a busy machine any may take longer.
      const slow = report.slowest.find(({ text }) => text === 'select pg_sleep($1)');
      assert.ok(slow);
      assert.equal(slow.route, 'GET /slow');
      assert.equal(slow.site?.function, 'handle');
      assert.ok(!JSON.stringify(report).includes('hunter2'), 'a value left the service');

      await get('/kept');
      const [pool] = (await queries.read(0))?.pools ?? [];
      assert.deepEqual(
        pool?.holders.map(({ function: holder, held }) => ({ holder, held })),
        [{ holder: 'handle', held: 1 }],
      );
      const { values } = await probe.sample();
      assert.equal(
        values['queries.count'],
        report.statements.reduce((sum, { calls }) => sum + calls, 0),
      );
      assert.equal(values['pool.limit'], 2);
      assert.equal(values['pool.total']! - values['pool.idle']!, 1);
      assert.ok(values['pool.acquire.max']! >= 0);

      // A rejection that the program does not handle is still told to it, once.
      await get('/unhandled');
      await new Promise((resolve) => setTimeout(resolve, 100));
      assert.equal(await get('/'), '1');

      assert.deepEqual(await target.session.evaluate(callInTarget(cleanUpRegistry)), []);
      assert.equal(await target.session.evaluate('restored()'), '[true,true,true]');
      assert.equal(await target.session.evaluate(`typeof ${REGISTRY_EXPRESSION}.queries`), 'undefined');
      assert.equal(
        await target.session.evaluate(
          `require('node:diagnostics_channel').hasSubscribers('http.server.request.start')`,
        ),
        false,
      );
      await get('/orders/1');
      assert.equal(await queries.read(0), null);
    });
  }
}
