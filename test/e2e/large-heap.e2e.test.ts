import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { readRun } from '../../src/record/read-run.ts';
import { runCli } from '../helpers/run-cli.ts';
import { spawnService } from '../helpers/spawn-service.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const SERVICE = 'test/targets/land-register/main.mjs';
const DRIVER = fileURLToPath(new URL('../accuracy/regimes/outside-driver.js', import.meta.url));
const LIMIT_MS = 2_000;

test('on a large heap nothing is forced, and no pause begins when those before have used up what is allowed', async (t) => {
  const folder = temporaryFolder(t);
  const service = await spawnService(SERVICE, {
    args: ['--fault', 'searches', '--megabytes', '250'],
    nodeArgs: ['--max-old-space-size=2048'],
  });
  t.after(() => service.stop('SIGKILL'));
  const traffic = { traffic: 'steady', focus: 'searches', share: 0.8, others: ['parcels', 'history'] };
  const plan = { port: service.port, seed: 1, rate: 60, seconds: 60, ...traffic };
  const driver = spawn(process.execPath, [DRIVER, JSON.stringify(plan)], { stdio: 'ignore' });
  t.after(() => driver.kill());
  const run = join(folder, 'run');
  const words = ['soak', '--pid', String(service.pid), '--seconds', '24', '--out', run];
  await runCli([...words, '--report-dir', join(folder, 'report')]);
  const { events, manifest } = await readRun(run);
  const captures = events.flatMap((event) => (event.type === 'capture' ? [event] : []));
  let spentMs = 0;
  for (const { capture, cost } of captures) {
    assert.ok(spentMs <= LIMIT_MS, `${capture} began after pauses of ${spentMs} ms`);
    spentMs += cost.pauseMs;
  }
  const kinds = captures.map(({ capture }) => capture);
  assert.ok(!kinds.includes('collect-garbage') && !kinds.includes('heap-snapshot'), kinds.join());
  assert.ok(kinds.includes('marking') || kinds.includes('heap-profile'), kinds.join());
  assert.ok(events.some(({ type }) => type === 'live-heap'));
  // What allocates is known by name where a reading was made, though there is neither a snapshot nor a CPU profile.
  if (manifest.heapProfiles.length > 0) assert.ok(manifest.scripts.some(({ url }) => url.endsWith('main.mjs')));
});
