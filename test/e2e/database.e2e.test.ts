import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import pg from 'pg';
import { skipIfMissing } from '../helpers/missing-part.ts';
import { findPostgres, startPostgres } from '../helpers/postgres.ts';
import { spawnService } from '../helpers/spawn-service.ts';
import { soakInFolder } from './soak-in-folder.ts';

const SECRET = 'tops3cret';
const skip = skipIfMissing('PostgreSQL', findPostgres() !== null);

test('soak --database: a query in a loop, with its line and request; the password is in no file', {
  skip,
}, async (t) => {
  const cluster = await startPostgres(['shared_preload_libraries=pg_stat_statements']);
  t.after(() => cluster.stop());
  const admin = new pg.Client(cluster.url);
  await admin.connect();
  await admin.query('create extension pg_stat_statements');
  await admin.query(`create role watcher login password '${SECRET}' in role pg_monitor, pg_read_all_data`);
  await admin.end();
  const service = await spawnService('test/targets/pg-orders/main.mjs', {
    args: ['--fault', 'n-plus-one'],
    env: { DATABASE_URL: cluster.url },
  });
  t.after(() => service.stop());
  const address = new URL(cluster.url);
  address.username = 'watcher';
  address.password = SECRET;
  const { stdout, stderr, report, runDir, reportDir } = await soakInFolder(t, [
    'soak',
    '--pid',
    String(service.pid),
    '--full',
    '--seconds',
    '12',
    '--snapshots',
    '0',
    '--scenario',
    'test/targets/scenarios/pg-orders.yaml',
    '--url',
    service.baseUrl,
    '--rate',
    '40/s',
    '--database',
    address.href,
  ]);
  const { findings, queries = [], gates } = report();
  const loop = findings.find(({ kind }) => kind === 'n-plus-one-query');
  assert.equal(loop?.confidence, 'confirmed', stderr);
  assert.equal(loop.subject.source?.file, 'test/targets/pg-orders/lib/orders.mjs');
  assert.equal(loop.subject.source.function, 'nameOf');
  assert.match(loop.title, /runs 12 times in each `GET \/orders`/);
  const query = queries.find(({ text }) => text === 'select name from customers where id = $1');
  assert.equal(query?.callsPerRequest, 12);
  assert.ok(query.serverMeanMs! > 0 && query.serverMeanMs! <= query.meanMs);
  assert.match(query.plan?.[0] ?? '', /customers/);
  const connections = gates.find(({ name }) => name === 'db.connections');
  assert.equal(connections?.status, 'pass');
  assert.ok(connections.measured! >= 1);
  assert.match(readFileSync(join(reportDir, 'report.md'), 'utf8'), /## Queries/);
  assert.match(readFileSync(join(reportDir, 'index.html'), 'utf8'), /id="queries"/);
  for (const folder of [runDir, reportDir]) {
    for (const name of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      if (!name.isFile()) continue;
      const text = readFileSync(join(name.parentPath, name.name), 'latin1');
      assert.ok(!text.includes(SECRET) && !text.includes('watcher'), `${name.name} tells the password or the role`);
    }
  }
  assert.ok(!`${stdout}${stderr}`.includes(SECRET));
  assert.equal((await fetch(`${service.baseUrl}/health`)).status, 200);
});

test('soak --database without a server that answers ends before anything is touched', async (t) => {
  const { code, stderr } = await soakInFolder(t, [
    'soak',
    '--pid',
    String(process.pid),
    '--database',
    `postgres://u:${SECRET}@127.0.0.1:1/x`,
  ]);
  assert.equal(code, 2);
  assert.match(stderr, /could not connect to the database 127\.0\.0\.1:1\/x/);
  assert.ok(!stderr.includes(SECRET));
});
