import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import process from 'node:process';
import { test } from 'node:test';
import { otherClusterWorkers, readProcessFacts } from '../../src/target/process-facts.ts';
import { runCli } from '../helpers/run-cli.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

test('the report of a worker of a cluster says that the others were not watched', async (t) => {
  const primary = spawn(process.execPath, ['test/targets/attach/cluster.mjs'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => primary.kill());
  await once(primary.stdout, 'data');
  const facts = readProcessFacts(primary.pid ?? 0);
  assert.ok(facts);
  assert.equal(facts.clusterWorkers.length, 2);
  const [watched, other] = facts.clusterWorkers as [number, number];
  assert.deepEqual(otherClusterWorkers(readProcessFacts(watched)!), [other]);
  assert.deepEqual(otherClusterWorkers(facts), []);

  const folder = temporaryFolder(t);
  const soak = ['soak', '--pid', String(watched), '--load', 'none', '--seconds', '10', '--snapshots', '0'];
  const places = ['--out', join(folder, 'run'), '--report-dir', join(folder, 'report')];
  const { stdout, stderr } = await runCli([...soak, ...places]);
  assert.match(stdout.replace(/\s+/g, ' '), /The other worker of the cluster was not watched/, stderr);
});
