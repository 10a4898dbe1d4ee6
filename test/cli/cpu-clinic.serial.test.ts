import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readProcessStats } from '../../src/format/clinic/process-stat.ts';
import { assertLeftAlone } from '../helpers/assert-left-alone.ts';
import { runCli } from '../helpers/run-cli.ts';
import { spawnService } from '../helpers/spawn-service.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

test('cpu --clinic: process statistics, collections, stacks and allocations of one window; nothing stays in the service', async (t) => {
  // With so little room for new objects, some dozen requests are a collection.
  const service = await spawnService('test/targets/http-service.mjs', { nodeArgs: ['--max-semi-space-size=1'] });
  t.after(() => service.stop());
  const folder = temporaryFolder(t);
  const out = join(folder, 'x.cpuprofile');
  const words = ['cpu', '--pid', String(service.pid), '--seconds', '3', '--clinic', '--out', out, '--json'];
  const recorded = new AbortController();
  const load = requestUntil(service.baseUrl, recorded.signal);
  const { code, stdout, stderr } = await runCli(words);
  recorded.abort();
  await load;
  assert.equal(code, 0, stderr);
  const names = ['clinic-doctor', 'clinic-flame', 'clinic-heapprofiler'].map((tool) => `${service.pid}.${tool}`);
  assert.deepEqual(readdirSync(folder).sort(), [...names, 'x.cpuprofile', 'x.html'].sort());
  assert.deepEqual(
    JSON.parse(stdout).clinic,
    names.map((name) => join(folder, name)),
  );
  const part = (tool: string, name: string): Buffer =>
    readFileSync(join(folder, `${service.pid}.${tool}`, `${service.pid}.${tool}-${name}`));
  const stats = readProcessStats(part('clinic-doctor', 'processstat'));
  // 300 on a machine with nothing else to do.
  assert.ok(stats.length > 20, `${stats.length} readings`);
  const { traceEvents } = JSON.parse(part('clinic-doctor', 'traceevent').toString());
  // On the clock of the readings they lie within them.
  const { clock } = JSON.parse(part('clinic-doctor', 'systeminfo').toString());
  const offsetMs = clock.unixtime - clock.hrtime[0] * 1000 - clock.hrtime[1] / 1e6;
  assert.ok(traceEvents.length > 0, 'collections were traced');
  const [first, last] = [stats[0]?.timestampMs ?? 0, stats.at(-1)?.timestampMs ?? 0];
  for (const { ts } of traceEvents)
    assert.ok(ts / 1000 + offsetMs > first - 60_000 && ts / 1000 + offsetMs < last + 60_000);
  assertLeftAlone(service);
  const refused = await runCli(words);
  assert.equal(refused.code, 2);
  const tooLong = await runCli(['cpu', '--pid', String(service.pid), '--seconds', '300', '--clinic']);
  assert.equal(tooLong.code, 2);
  assert.match(tooLong.stderr, /more than Clinic can analyse/);
});

async function requestUntil(url: string, end: AbortSignal): Promise<void> {
  while (!end.aborted) await (await fetch(`${url}/quotes`)).arrayBuffer();
}
