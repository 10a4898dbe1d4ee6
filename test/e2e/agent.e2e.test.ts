import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import type { Finding } from '../../src/model/finding.ts';
import { readRun } from '../../src/record/read-run.ts';
import { assertLeftAlone } from '../helpers/assert-left-alone.ts';
import { spawnService } from '../helpers/spawn-service.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { type SoakResult, soakInFolder } from './soak-in-folder.ts';

const SCENARIO = 'test/targets/scenarios/http-service.yaml';
const FAULT = ['--fault', 'leak-array'];

/** What a finding says of the code; figures differ from run to run. */
function saidBy({ findings }: { readonly findings: readonly Finding[] }): object[] {
  return findings
    .filter(({ kind }) => kind.endsWith('-leak'))
    .map(({ id, kind, subject }) => ({
      id,
      kind,
      class: subject.class,
      holder: subject.holder,
      source: subject.source,
    }))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

async function soakLeaky(t: TestContext, nodeArgs: readonly string[]): Promise<SoakResult & { readonly base: string }> {
  const base = temporaryFolder(t);
  const env = { TMPDIR: base, XDG_RUNTIME_DIR: undefined };
  const service = await spawnService('test/targets/http-service.mjs', { nodeArgs, args: FAULT, env });
  t.after(() => service.stop());
  const words = ['soak', '--pid', String(service.pid), '--scenario', SCENARIO, '--url', service.baseUrl];
  const result = await soakInFolder(t, [...words, '--seconds', '40']);
  assertLeftAlone(service);
  if (nodeArgs.length > 0) assert.equal(service.stderr(), '');
  return { ...result, base };
}

test('a soak through the agent finds what a soak through the inspector finds', async (t) => {
  const [withAgent, withInspector] = await Promise.all([
    soakLeaky(t, ['--import', 'soak-profiler/agent']),
    soakLeaky(t, []),
  ]);
  assert.equal(withAgent.code, 1, withAgent.stderr);
  const found = saidBy(withAgent.report());
  assert.ok(found.length >= 1, JSON.stringify(found));
  assert.deepEqual(found, saidBy(withInspector.report()));
  for (const { runDir } of [withAgent, withInspector]) {
    const { manifest } = await readRun(runDir);
    assert.ok(manifest.cpuWindows.length > 0 && manifest.snapshots.length >= 2 && manifest.heapProfiles.length > 0);
  }
  assert.equal(readdirSync(withAgent.base).length, 1, 'beside the folder of the agent nothing is left');
  assert.deepEqual(readdirSync(withInspector.base), []);
});
