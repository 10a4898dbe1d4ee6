import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import vm from 'node:vm';
import type { TargetProcessStats } from '../../src/capture/in-target/process-stats/install-process-stats.ts';
import { callScript } from '../../src/capture/in-target-code.ts';

interface Home {
  readonly cleanups: Map<string, () => void>;
  processStats?: TargetProcessStats;
}

function install(home: Home, mostRows: number): void {
  const world = { require: createRequire(import.meta.url), process, [Symbol.for('soak-profiler')]: home };
  vm.runInContext(
    callScript('process-stats', 'installProcessStats', { intervalMs: 5, mostRows }),
    vm.createContext(world),
  );
}

test('readings come every few milliseconds, no more than was allowed, and end with the cleanup', async () => {
  const home: Home = { cleanups: new Map() };
  install(home, 3);
  const rows: (readonly number[])[] = [];
  // As often as the machine lets it: what counts is that they come.
  while (rows.length < 3) {
    await sleep(20);
    rows.push(...(home.processStats?.take() ?? []));
  }
  const [atMs, delayMs, cpu, rss, heapTotal, heapUsed, external, arrayBuffers, handles, loop] = rows[1] ?? [];
  assert.ok(Math.abs((atMs ?? 0) - Date.now()) < 600_000);
  assert.ok((delayMs ?? -1) >= 0 && (cpu ?? -1) >= 0 && (handles ?? -1) >= 0 && (arrayBuffers ?? -1) >= 0);
  assert.ok((rss ?? 0) > (heapUsed ?? 0) && (heapTotal ?? 0) >= (heapUsed ?? 0) && (external ?? 0) > 0);
  assert.ok((loop ?? -1) >= 0 && (loop ?? 2) <= 1);
  await sleep(60);
  assert.ok((home.processStats?.take().length ?? 9) <= 3, 'nobody fetched them: no more than three are kept');

  const { processStats } = home;
  home.cleanups.get('process-stats')?.();
  assert.deepEqual([home.processStats, home.cleanups.size], [undefined, 0]);
  await sleep(30);
  assert.equal(processStats?.take().length, 0);
});

test('one that a killed tool left behind makes room', () => {
  const home: Home = { cleanups: new Map() };
  install(home, 10);
  const first = home.processStats;
  install(home, 10);
  assert.notEqual(home.processStats, first);
  home.cleanups.get('process-stats')?.();
});
