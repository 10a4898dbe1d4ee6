import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { test } from 'node:test';
import { findListener } from '../../src/target/find-listener.ts';
import { otherClusterWorkers, readProcessFacts } from '../../src/target/process-facts.ts';

test('a worker of a cluster has others beside it, and its primary has none', async (t) => {
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
});

test('behind a port of a cluster are its workers, never the primary that holds it', async (t) => {
  for (const workers of [1, 2]) {
    const primary = spawn(process.execPath, ['test/targets/attach/cluster.mjs', String(workers)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    t.after(() => primary.kill());
    const [ready] = await once(primary.stdout, 'data');
    const [only] = readProcessFacts(primary.pid ?? 0)?.clusterWorkers ?? [];
    assert.ok(only);
    assert.equal(findListener(Number(/\d+/.exec(String(ready))?.[0]))?.pid, workers === 1 ? only : undefined);
  }
});
