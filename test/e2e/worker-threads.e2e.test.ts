import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { readRun } from '../../src/record/read-run.ts';
import { assertLeftAlone } from '../helpers/assert-left-alone.ts';
import { spawnService } from '../helpers/spawn-service.ts';
import { type SoakResult, soakInFolder } from './soak-in-folder.ts';

const SCENARIO = 'test/targets/scenarios/worker-service.yaml';

async function soakWorkers(
  t: TestContext,
  args: readonly string[],
  nodeArgs: readonly string[] = [],
): Promise<SoakResult> {
  const service = await spawnService('test/targets/worker-service.mjs', { args, nodeArgs });
  t.after(() => service.stop());
  const words = ['soak', '--pid', String(service.pid), '--scenario', SCENARIO, '--url', service.baseUrl];
  const result = await soakInFolder(t, [...words, '--seconds', '30']);
  assertLeftAlone(service);
  return result;
}

test('a leak in worker threads is found with holder and line; what was not examined is said', async (t) => {
  const [leaking, byAgent, healthy] = await Promise.all([
    soakWorkers(t, ['--fault', 'leak']),
    soakWorkers(t, ['--fault', 'leak'], ['--import', 'soak-profiler/agent']),
    soakWorkers(t, ['--blocked']),
  ]);

  for (const { code, stderr, report } of [leaking, byAgent]) {
    assert.equal(code, 1, stderr);
    const found = report().findings.filter(({ confidence }) => confidence !== 'possible');
    assert.equal(found.length, 1, JSON.stringify(found));
    const [{ title, kind, subject, evidence }] = found as [(typeof found)[number]];
    assert.equal(kind, 'js-heap-leak');
    assert.equal(subject.class, 'Letter');
    assert.match(subject.holder, /Map `sent` of module mailer\.mjs/);
    assert.match(subject.added?.[0]?.excerpt ?? '', /sent\.set\(id, new Letter/);
    assert.match(title, /, in worker thread [12] \(`mailer`\)\.$/);
    assert.match(JSON.stringify(evidence), /The same grows in worker thread [12] too/);
    assert.deepEqual(
      report().completeness?.notes.filter((note) => /worker/.test(note)),
      [],
    );
  }

  const { completeness, findings } = healthy.report();
  assert.deepEqual(
    findings.filter(({ confidence }) => confidence !== 'possible'),
    [],
    healthy.stderr,
  );
  assert.equal(healthy.code, 0, healthy.stderr);
  assert.match(completeness?.notes[0] ?? '', /^1 of 3 worker threads was not examined \(.*Atomics\.wait/);
  assert.match(healthy.stdout, /1 of 3 worker threads was not examined/);
  const { manifest } = await readRun(healthy.runDir);
  assert.deepEqual([...new Set(manifest.workerSnapshots?.map(({ thread }) => thread))].sort(), [1, 2]);
});
