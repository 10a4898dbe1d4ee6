import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import { startLoad } from '../../src/load/load-client.ts';
import { scenarioOf, sleep, startTarget, type Target } from './target.ts';

let target: Target;
before(async () => {
  target = await startTarget();
});
after(() => target.close());

const SCENARIO = scenarioOf('{ model: open, rate: 100/s }', '  - request: { path: /ok }');

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function untilGone(pid: number): Promise<boolean> {
  for (let i = 0; i < 100 && isAlive(pid); i++) await sleep(50);
  return !isAlive(pid);
}

test('Ctrl-C does not reach the load; stop ends its process', async () => {
  const load = await startLoad({ scenario: SCENARIO, baseUrl: target.url, seed: 1, intervalMs: 100 });
  await load.start();
  process.kill(load.pid, 'SIGINT');
  await sleep(300);
  while ((load.totals()?.completed ?? 0) === 0) await sleep(50);
  assert.equal(await load.stop(), await load.stop());
  assert.ok(!isAlive(load.pid));
});

test('the death of the load process is told, and every call says so', async () => {
  const load = await startLoad({ scenario: SCENARIO, baseUrl: target.url, seed: 1, intervalMs: 100 });
  await load.start();
  while ((load.totals()?.completed ?? 0) === 0) await sleep(50);
  process.kill(load.pid, 'SIGKILL');
  const end = await load.ended;
  assert.equal(end.reason, 'lost');
  assert.match(end.detail, /SIGKILL/);
  assert.ok((end.totals?.completed ?? 0) > 0);
  await assert.rejects(load.pause(), { code: 'load-lost' });
  await assert.rejects(load.stop(), { code: 'load-lost' });
});

test('a load whose parent was killed ends by itself', async () => {
  const parent = fork(new URL('./load-parent-process.js', import.meta.url), [target.url], { execArgv: [] });
  const [{ pid }] = (await once(parent, 'message')) as [{ pid: number }];
  assert.ok(isAlive(pid));
  const before = await target.tell('stats');
  assert.ok(before.requests > 0);
  parent.kill('SIGKILL');
  assert.ok(await untilGone(pid), 'the load process outlived its parent');
});

test('a suspended load goes on from now, and says how long it stood still', async () => {
  const gaps: number[] = [];
  const load = await startLoad({
    scenario: SCENARIO,
    baseUrl: target.url,
    seed: 1,
    intervalMs: 100,
    onSuspended: (gapMs) => gaps.push(gapMs),
  });
  await load.start();
  await sleep(300);
  process.kill(load.pid, 'SIGSTOP');
  await sleep(6000);
  process.kill(load.pid, 'SIGCONT');
  await sleep(500);
  const totals = await load.stop();
  assert.equal(gaps.length, 1);
  assert.ok((gaps[0] ?? 0) >= 5500 && totals.suspendedMs === gaps[0], String(gaps));
  // Six seconds at 100/s were not sent in a burst.
  assert.ok(totals.completed < 300, String(totals.completed));
  assert.ok(totals.late.maxMs < 1000, `latest ${totals.late.maxMs} ms`);
});
