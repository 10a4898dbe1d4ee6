import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { LoadReport } from '../../src/model/load-report.ts';
import { assertWellFormed } from '../helpers/assert-xml.ts';
import { skipIfMissing } from '../helpers/missing-part.ts';
import { findPostgres, startPostgres } from '../helpers/postgres.ts';
import { runCli } from '../helpers/run-cli.ts';
import { spawnService } from '../helpers/spawn-service.ts';
import { soakInFolder } from './soak-in-folder.ts';

const skip = skipIfMissing('PostgreSQL', findPostgres() !== null);

test('the reference service on a real PostgreSQL: an ordinary day, then its promises as JUnit', { skip }, async (t) => {
  const cluster = await startPostgres();
  t.after(() => cluster.stop());
  const service = await spawnService('dist/src/demo/main.js', { env: { DATABASE_URL: cluster.url } });
  t.after(() => service.stop());
  const where = ['--port', String(service.port), '--url', service.baseUrl, '--database', cluster.url];

  const load = await runCli(['load', 'normal', ...where, '--users', '10', '--duration', '8s', '--json']);
  const report = JSON.parse(load.stdout) as LoadReport;
  const connections = report.gates.find(({ name }) => name === 'db.connections');
  assert.equal(connections?.status, 'pass', load.stderr);
  assert.ok(connections.measured! >= 1 && connections.measured! < 50);
  assert.ok(report.requests.some(({ name, count }) => name === 'lock-proof' && count > 0));

  const soak = await soakInFolder(t, [
    'soak',
    ...where,
    '--scenario',
    'soak',
    '--users',
    '10',
    '--seconds',
    '10',
    '--snapshots',
    '0',
  ]);
  const junit = join(soak.runDir, 'slo.xml');
  const promises = ['check', soak.runDir, '--slo', 'src/demo/slo.yaml', '--junit', junit];
  const checked = await runCli(promises);
  const xml = readFileSync(junit, 'utf8');
  assert.ok(assertWellFormed(xml) > 10);
  assert.match(xml, /lock-proof/);
  assert.match(xml, /db\.connections/);
  const failures = [...xml.matchAll(/<failure/g)].length;
  assert.equal(
    checked.code === 1,
    failures > 0,
    `exit ${checked.code}, ${failures} failures: ${checked.stdout}${checked.stderr}`,
  );
});

test('what is watched and what is loaded may be two services, and the command line says so', async (t) => {
  const service = await spawnService('test/targets/metrics-service.mjs');
  t.after(() => service.stop());
  const { stderr } = await runCli([
    'load',
    'normal',
    '--port',
    String(service.port),
    '--users',
    '1',
    '--duration',
    '1s',
  ]);
  assert.match(
    stderr,
    /the load goes to http:\/\/127\.0\.0\.1:3000, but the watched service listens on port \d+: set --url/,
  );
});
