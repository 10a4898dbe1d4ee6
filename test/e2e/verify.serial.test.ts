import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { runCli } from '../helpers/run-cli.ts';
import { type RunningService, spawnService } from '../helpers/spawn-service.ts';
import { soakInFolder } from './soak-in-folder.ts';

const FAULT = ['--fault', 'leak-listener'];

test('a finding is verified: still there while nothing was mended, gone after', async (t) => {
  const service = await startService(t, FAULT);
  const found = await soakInFolder(t, [
    'soak',
    ...['--port', String(service.port), '--url', service.baseUrl],
    ...['--scenario', 'test/targets/scenarios/http-service.yaml', '--rate', '60', '--seconds', '40'],
  ]);
  const leak = found.report().findings.find(({ kind }) => kind === 'listener-leak');
  assert.ok(leak && leak.confidence !== 'possible', found.stdout + found.stderr);

  const unknown = await runCli(['verify', found.runDir, '--finding', '0000000000']);
  assert.equal(unknown.code, 2);
  assert.ok(unknown.stderr.includes(leak.id), unknown.stderr);

  const unmended = await verify(t, found.runDir, leak.id, service);
  assert.equal(unmended.code, 1, unmended.stderr);
  assert.match(unmended.stdout, /Still there, (likely|confirmed)/);

  await service.stop();
  const mended = await verify(t, found.runDir, leak.id, await startService(t));
  assert.equal(mended.code, 0, mended.stdout + mended.stderr);
  assert.match(mended.stdout, /^Gone: /m);
});

async function startService(t: TestContext, args: readonly string[] = []): Promise<RunningService> {
  const service = await spawnService('test/targets/http-service.mjs', { args });
  t.after(() => service.stop());
  return service;
}

function verify(t: TestContext, runDir: string, id: string, { port, baseUrl }: RunningService) {
  const where = ['--port', String(port), '--url', baseUrl];
  return soakInFolder(t, ['verify', runDir, '--finding', id, ...where, '--duration', '30s']);
}
