import assert from 'node:assert/strict';
import { appendFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { type TestContext, test } from 'node:test';
import { runCli } from '../helpers/run-cli.ts';
import { type RunningService, spawnService } from '../helpers/spawn-service.ts';
import { temporaryFolder } from '../record/example-run.ts';
import { soakInFolder } from './soak-in-folder.ts';

const FAULT = ['--fault', 'leak-listener'];

/** What answers where every task fails: a probe. */
const SCENARIO = `name: quotes
baseUrl: http://127.0.0.1:3000
load: { model: open, rate: 60/s, duration: 1m }
probe: { path: /health, rate: 10/s }
tasks: [ { request: { name: quote, path: "/quotes?article={{random(1,200)}}" } } ]
`;

test('a finding is verified: still there while nothing was mended, gone after', async (t) => {
  const service = await startService(t, FAULT);
  const scenario = join(temporaryFolder(t), 'http-service.yaml');
  writeFileSync(scenario, SCENARIO);
  const found = await soakInFolder(t, [
    'soak',
    ...['--port', String(service.port), '--url', service.baseUrl],
    ...['--scenario', scenario, '--rate', '60', '--seconds', '40', '--config', patient(t)],
  ]);
  const leak = found.report().findings.find(({ kind }) => kind === 'listener-leak');
  assert.ok(leak && leak.confidence !== 'possible', found.stdout + found.stderr);

  const unknown = await runCli(['verify', found.runDir, '--finding', '0000000000']);
  assert.equal(unknown.code, 2);
  assert.ok(unknown.stderr.includes(leak.id), unknown.stderr);

  const empty = await runCli(['verify', found.runDir, '--finding', '']);
  assert.equal(empty.code, 2, 'an empty variable of a script names no finding');

  const unmended = await verify(t, found.runDir, leak.id, service);
  assert.equal(unmended.code, 1, unmended.stderr);
  assert.match(unmended.stdout, /Still there, (likely|confirmed)/);
  const checked = await runCli(['check', unmended.runDir]);
  assert.equal(checked.code, 1, checked.stdout);

  await service.stop();
  const mended = await verify(t, found.runDir, leak.id, await startService(t));
  assert.equal(mended.code, 0, mended.stdout + mended.stderr);
  assert.match(mended.stdout, /^Gone: /m);

  const refusing = await verify(t, found.runDir, leak.id, await startService(t, ['--fault', 'refuse-quotes']));
  assert.equal(refusing.code, 5, refusing.stdout + refusing.stderr);
  assert.match(refusing.stdout, /^Not enough data: .*every request failed/m);
  assert.doesNotMatch(refusing.stdout, /Gone/);

  const other = join(temporaryFolder(t), 'other.cjs');
  writeFileSync(
    other,
    `require('node:http').createServer((_, response) => response.end('{}')).listen(${service.port}, '127.0.0.1');`,
  );
  const another = await soakInFolder(t, ['verify', found.runDir, '--finding', leak.id, '--', process.execPath, other]);
  assert.equal(another.code, 2, another.stdout + another.stderr);
  assert.match(another.stderr, /The finding is of \S+, and this is other\.cjs\.[\s\S]*--renamed/);

  // The values that were sent stand in the scenario alone, so it must be the same.
  appendFileSync(scenario, '# changed\n');
  const changed = await runCli(['verify', found.runDir, '--finding', leak.id]);
  assert.equal(changed.code, 2);
  assert.match(changed.stderr, /http-service\.yaml was changed after the run[\s\S]*--scenario/);
  rmSync(scenario);
  const gone = await runCli(['verify', found.runDir, '--finding', leak.id]);
  assert.equal(gone.code, 2);
  assert.match(gone.stderr, /The scenario of the run cannot be read[\s\S]*--scenario/);
});

async function startService(t: TestContext, args: readonly string[] = []): Promise<RunningService> {
  const service = await spawnService('test/targets/http-service.mjs', { args });
  t.after(() => service.stop());
  return service;
}

function verify(t: TestContext, runDir: string, id: string, { port, baseUrl }: RunningService) {
  const where = ['--port', String(port), '--url', baseUrl, '--config', patient(t)];
  return soakInFolder(t, ['verify', runDir, '--finding', id, ...where, '--duration', '30s']);
}

/** This machine may be busy: how long a snapshot pauses the service is not what is looked at. */
function patient(t: TestContext): string {
  const file = join(temporaryFolder(t), 'profiler.config.yaml');
  writeFileSync(file, 'captures: { maxPause: 1h }\n');
  return file;
}
