import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { PostgresMonitor } from '../../src/capture/database/postgres-monitor.ts';
import { createHostClock } from '../../src/capture/host-clock.ts';
import { ProfilerError } from '../../src/model/errors.ts';
import { skipIfMissing } from '../helpers/missing-part.ts';
import { findPostgres, type PostgresCluster, startPostgres } from '../helpers/postgres.ts';

const skip = skipIfMissing('PostgreSQL', findPostgres() !== null);
const clock = createHostClock();
const SECRET = 'tops3cret';
const VALUE = 'a value of the service';

let cluster: PostgresCluster | null = null;
let service: pg.Client | null = null;

/** The address of a role that may look and not write. */
function addressOf(role: string): string {
  const url = new URL(cluster?.url ?? '');
  url.username = role;
  url.password = SECRET;
  return url.href;
}

before(async () => {
  if (skip) return;
  cluster = await startPostgres(['shared_preload_libraries=pg_stat_statements']);
  service = new pg.Client(cluster.url);
  await service.connect();
  await service.query('create extension pg_stat_statements');
  await service.query('create table orders (id integer primary key, customer integer, note text)');
  await service.query("insert into orders select i, i % 5000, 'n' from generate_series(1, 50000) i");
  await service.query('analyze orders');
  await service.query(`create role watcher login password '${SECRET}' in role pg_monitor, pg_read_all_data`);
  await service.query(`create role stranger login password '${SECRET}'`);
});
after(async () => {
  await service?.end();
  await cluster?.stop();
});

test('connections, transactions, statements, plans and tables', { skip }, async (t) => {
  const monitor = await PostgresMonitor.open(addressOf('watcher'), clock);
  t.after(() => monitor.close());
  for (let i = 0; i < 20; i += 1) await service?.query('select id from orders where customer = $1', [i]);
  const busy = service?.query(`select pg_sleep(0.4), '${VALUE}'`);
  await new Promise((resolve) => setTimeout(resolve, 100));
  const values = await monitor.read(2_000);
  assert.equal(values['db.connections'], 1, 'the tool does not count itself');
  assert.equal(values['db.connections.active'], 1);
  assert.equal(values['db.connections.limit'], 100);
  assert.ok(values['db.transaction.age.max']! > 50);
  assert.ok(values['db.locks']! >= 0);
  await busy;
  await service?.query('begin; select 1');
  await new Promise((resolve) => setTimeout(resolve, 1_100));
  const later = await monitor.read(2_000);
  assert.equal(later['db.connections.idle-in-transaction'], 1);
  await service?.query('rollback');
  assert.ok((await hitRatio(monitor)) <= 1);

  const view = await monitor.view(() => [
    'select id from orders where customer = $1',
    'select note from orders where id = $1',
    'select no_such_column from orders',
    'drop table orders',
    'select 1; drop table orders',
  ]);
  const [sequential, indexed, ...others] = view.plans;
  assert.deepEqual(sequential?.plan, {
    node: 'Seq Scan',
    table: 'orders',
    index: null,
    condition: '(orders.customer = $1)',
    rows: sequential?.plan?.rows,
    cost: sequential?.plan?.cost,
    children: [],
  });
  assert.equal(indexed?.plan?.index, 'orders_pkey');
  assert.deepEqual(
    others.map(({ error }) => error),
    ['column "no_such_column" does not exist', 'not a statement that has a plan', 'more than one statement'],
  );
  const statement = view.statements?.find(({ text }) => text === 'select id from orders where customer = $1');
  assert.equal(statement?.calls, 20);
  assert.equal(statement.rows, 200);
  const orders = view.tables.find(({ table }) => table === 'orders');
  assert.equal(orders?.rows, 50_000);
  assert.ok(orders.seqScans >= 20);
  assert.equal(view.observed[0]?.text, 'select pg_sleep($1), $2');
  assert.deepEqual(view.notes, []);
  const written = JSON.stringify(view);
  for (const word of [SECRET, VALUE, 'soak-profiler', 'watcher']) assert.ok(!written.includes(word), word);
  // Nothing was run: all rows are there.
  assert.equal((await service?.query('select count(*)::integer as n from orders'))?.rows[0].n, 50_000);
});

test('the connection of the tool cannot write, and bears its name', { skip }, async (t) => {
  const monitor = await PostgresMonitor.open(cluster?.url ?? '', clock);
  t.after(() => monitor.close());
  const { plans } = await monitor.view(() => [
    'insert into orders values ($1, 0, $2)',
    'delete from orders',
    'with gone as (delete from orders returning id) select count(*) from gone',
  ]);
  assert.deepEqual(
    plans.map(({ plan }) => plan?.node),
    ['Insert', 'Delete', 'Aggregate'],
  );
  const sessions = await service?.query(
    "select count(*)::integer as n, max(state) as state from pg_stat_activity where application_name = 'soak-profiler'",
  );
  assert.deepEqual(sessions?.rows, [{ n: 1, state: 'idle' }]);
  assert.equal((await service?.query('select count(*)::integer as n from orders'))?.rows[0].n, 50_000);
});

test('a role without rights is told what to grant', { skip }, async (t) => {
  const monitor = await PostgresMonitor.open(addressOf('stranger'), clock);
  t.after(() => monitor.close());
  const view = await monitor.view(() => ['select id from orders where customer = $1']);
  assert.match(view.notes.join(' '), /pg_read_all_stats/);
  assert.match(view.notes.join(' '), /pg_read_all_data/);
  assert.equal((await monitor.read(2_000))['db.connections'], 1);
});

test('without pg_stat_statements the report says how to load it', { skip }, async (t) => {
  await service?.query('create database plain');
  const monitor = await PostgresMonitor.open(addressOf('watcher').replace(/\/postgres$/, '/plain'), clock);
  t.after(() => monitor.close());
  const view = await monitor.view();
  assert.equal(view.statements, null);
  assert.match(view.notes.join(' '), /shared_preload_libraries.*create extension pg_stat_statements/);
});

test('a server that goes away is found again', { skip }, async (t) => {
  let ahead = 0;
  const monitor = await PostgresMonitor.open(addressOf('watcher'), { ...clock, monoMs: () => clock.monoMs() + ahead });
  t.after(() => monitor.close());
  await service?.query(
    "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'soak-profiler'",
  );
  assert.deepEqual(await monitor.read(2_000), {});
  ahead += 60_000;
  assert.equal((await monitor.read(2_000))['db.connections'], 1);
  assert.match((await monitor.view()).notes.join(' '), /did not respond/);
});

for (const [what, url, code] of [
  ['another protocol', 'mysql://u:tops3cret@localhost/x', 'usage'],
  ['no address', 'tops3cret', 'usage'],
  ['nobody there', 'postgres://u:tops3cret@127.0.0.1:1/x', 'database-unreachable'],
] as const) {
  test(`${what} is refused without telling the password`, async () => {
    await assert.rejects(PostgresMonitor.open(url, clock), (error: unknown) => {
      assert.ok(error instanceof ProfilerError);
      assert.equal(error.code, code);
      assert.equal(error.exitCode, 2);
      assert.ok(!`${error.message} ${error.hint}`.includes(SECRET));
      return true;
    });
  });
}

/** PostgreSQL tells its statistics late: a reading with none says nothing of blocks. */
async function hitRatio(monitor: PostgresMonitor): Promise<number> {
  for (let reading = 0; reading < 20; reading += 1) {
    await service?.query('select count(*) from orders');
    await new Promise((resolve) => setTimeout(resolve, 500));
    const ratio = (await monitor.read(2_000))['db.cache.hit-ratio'];
    if (ratio !== undefined && ratio > 0) return ratio;
  }
  throw new Error('no reading says how many blocks were found in memory');
}
