import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { LoadReport } from '../../src/model/load-report.ts';
import { readRun } from '../../src/record/read-run.ts';
import { runCli } from '../helpers/run-cli.ts';
import { spawnService } from '../helpers/spawn-service.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { soakInFolder } from './soak-in-folder.ts';

const SERVICE = 'test/targets/slow-service.mjs';
const SCENARIO = `name: overload
load: { model: open, rate: 400/s, duration: 2s }
tasks: [ { request: { name: work, path: / } } ]
thresholds: { work: [ "p(99)<400ms" ] }
`;
const SECONDS = 12;

test('a soak that asks for more than the service manages ends on time, and says what was not answered', async (t) => {
  const service = await spawnService(SERVICE, { args: ['--per-second', '50'] });
  t.after(() => service.stop());
  const scenario = join(temporaryFolder(t), 'overload.yaml');
  writeFileSync(scenario, SCENARIO);
  const words = ['soak', '--pid', String(service.pid), '--seconds', String(SECONDS), '--snapshots', '2'];
  const { code, stdout, stderr, runDir, report } = await soakInFolder(t, [
    ...words,
    '--scenario',
    scenario,
    '--url',
    service.baseUrl,
  ]);
  assert.equal(code, 1, stderr);
  // Time in which load was sent or drained; at each of two pauses the backlog would take a minute and more.
  const { events } = await readRun(runDir);
  const loads = events.filter((event) => event.type === 'load');
  const loadedMs = loads.reduce((sum, event, i) => {
    const next = loads[i + 1];
    return event.state === 'started' || event.state === 'resumed' ? sum + ((next?.monoMs ?? 0) - event.monoMs) : sum;
  }, 0);
  assert.ok(loadedMs < 1000 * (SECONDS + 10), `${loadedMs} ms under load; ${stderr}`);
  const [work] = report().requests;
  assert.ok((work?.aborted ?? 0) > 500, JSON.stringify(work));
  assert.match(stdout, /\d requests, [\d,]+ aborted without a response/);
  assert.match(stderr, /were not answered within 1 s of the pause of the load and were aborted/);
  // What waits in the service is no leak, and no proof that there is none.
  const gate = report().gates.find(({ name }) => name === 'leak');
  assert.notEqual(gate?.status, 'fail', stdout);
});

test('load above what the service manages: terminal and JSON say what was not answered', async (t) => {
  const service = await spawnService(SERVICE, { args: ['--per-second', '50'] });
  t.after(() => service.stop());
  const scenario = join(temporaryFolder(t), 'overload.yaml');
  writeFileSync(scenario, SCENARIO);
  const words = ['load', scenario, '--url', service.baseUrl];
  const shown = await runCli(words);
  assert.equal(shown.code, 1, shown.stderr);
  assert.match(shown.stdout, /aborted without a response/);
  assert.match(shown.stdout, /The service did not keep up/);
  const { stdout } = await runCli([...words, '--json']);
  const load = JSON.parse(stdout) as LoadReport;
  assert.ok(load.aborted > 100, stdout);
  assert.equal(load.offered, load.completed + load.dropped + load.aborted);
  assert.ok(load.durationMs < 10_000, 'without the grace');
});
