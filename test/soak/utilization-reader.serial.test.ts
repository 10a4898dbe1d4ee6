import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { RunEvent } from '../../src/model/run-event.ts';
import { readRun } from '../../src/record/read-run.ts';
import { runCli } from '../helpers/run-cli.ts';
import { spawnService } from '../helpers/spawn-service.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

async function soakWith(t: TestContext): Promise<{ readonly events: readonly RunEvent[]; readonly stderr: string }> {
  const folder = temporaryFolder(t);
  const place = join(folder, 'node_modules', '@fastify', 'under-pressure');
  mkdirSync(place, { recursive: true });
  writeFileSync(join(place, 'index.js'), '');
  const nodeArgs = ['--require', join(place, 'index.js')];
  const service = await spawnService('test/targets/http-service.mjs', { nodeArgs });
  t.after(() => service.stop());
  const run = join(folder, 'run');
  const soak = ['soak', '--pid', String(service.pid), '--load', 'none', '--seconds', '10', '--snapshots', '0'];
  const { stderr } = await runCli([...soak, '--out', run, '--report-dir', join(folder, 'report')]);
  return { stderr, events: (await readRun(run)).events };
}

test('a service that may shed load by the utilization of its event loop is not profiled by default', async (t) => {
  const { events, stderr } = await soakWith(t);
  assert.match(stderr, /has loaded @fastify\/under-pressure, which answers 503/);
  const refused = events.find((event) => event.type === 'capture-refused' && event.capture === 'cpu-start');
  assert.ok(refused?.type === 'capture-refused' && /utilization of the event loop/.test(refused.reason), stderr);
  const isCpu = (event: RunEvent): boolean => event.type === 'capture' && /^cpu/.test(event.capture);
  assert.ok(!events.some(isCpu));
});
