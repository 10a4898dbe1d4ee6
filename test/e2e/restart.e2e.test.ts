import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunEvent } from '../../src/model/run-event.ts';
import { readRun } from '../../src/record/read-run.ts';
import { type RunningService, spawnService } from '../helpers/spawn-service.ts';
import { soakInFolder } from './soak-in-folder.ts';

const SERVICE = 'test/targets/attach/ending.mjs';

test('a service that is restarted in order under a driven soak: the run goes on in its next life', async (t) => {
  const first = await spawnService(SERVICE, { args: ['--by', 'graceful'] });
  t.after(() => first.stop('SIGKILL'));
  let second: RunningService | null = null;
  t.after(() => second?.stop('SIGKILL'));
  const words = ['soak', '--port', String(first.port), '--seconds', '20', '--url', first.baseUrl];
  const load = ['--scenario', 'test/targets/scenarios/ending.yaml', '--rate', '40'];
  let stopMs = 0;
  let listeningMonoMs = 0;
  const { code, stderr, runDir, report } = await soakInFolder(t, [...words, ...load], {
    onStart: async (_, said) => {
      while (!said().includes('steady begins')) await sleep(100);
      const startMs = performance.now();
      await first.stop();
      stopMs = performance.now() - startMs;
      second = await spawnService(SERVICE, { port: first.port, args: ['--by', 'graceful'] });
      listeningMonoMs = Number(process.hrtime.bigint() / 1_000_000n);
    },
  });
  assert.ok([0, 1, 5].includes(code ?? -1), stderr);
  assert.equal(first.child.exitCode, 0, 'it ended by itself, nobody had to kill it');
  assert.ok(stopMs < 3_000, `it took ${stopMs} ms to stop`);

  const { events, manifest, samples } = await readRun(runDir);
  const lost = events.filter((event): event is RunEvent & { type: 'target-lost' } => event.type === 'target-lost');
  assert.deepEqual(
    lost.map(({ reason }) => reason.split(':')[0]),
    ['exiting'],
  );
  const back = events.filter((event) => event.type === 'target-back');
  assert.equal(back.length, 1);
  assert.ok((back[0]?.monoMs ?? 0) - listeningMonoMs < 2_000, 'its successor is found within two seconds');
  assert.equal(manifest.segments.length, 2);
  const inSecond = <Item extends { segment: number }>(items: readonly Item[]): Item[] =>
    items.filter(({ segment }) => segment === 1);
  const inside = inSecond(samples).filter(({ values }) => values['heap.used'] !== undefined);
  assert.ok(inside.length > 5, `${inside.length} samples with values from inside the second life: ${stderr}`);
  assert.ok(inSecond(manifest.snapshots).length > 0, stderr);
  assert.ok(inSecond(manifest.cpuWindows).length > 0, stderr);
  assert.equal(report().run.target.pid, manifest.target.pid);
});
