import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { createHostClock } from '../../src/capture/host-clock.ts';
import { createTicker, type Tick } from '../../src/capture/ticker.ts';

/** The host's clocks with leaps put in. */
function createWarpedClock(): ReturnType<typeof createHostClock> & { leap(monoMs: number, wallMs: number): void } {
  const host = createHostClock();
  const offset = { monoMs: 0, wallMs: 0 };
  return {
    monoMs: () => host.monoMs() + offset.monoMs,
    wallMs: () => host.wallMs() + offset.wallMs,
    leap: (monoMs, wallMs) => {
      offset.monoMs += monoMs;
      offset.wallMs += wallMs;
    },
  };
}

async function collectTicks(
  count: number,
  onTick: (tick: Tick, clock: ReturnType<typeof createWarpedClock>) => unknown,
) {
  const clock = createWarpedClock();
  const ticks: Tick[] = [];
  await new Promise<void>((resolve) => {
    const ticker = createTicker({
      intervalMs: 20,
      clock,
      onTick: async (tick) => {
        ticks.push(tick);
        if (ticks.length === count) {
          void ticker.stop();
          resolve();
        } else await onTick(tick, clock);
      },
    });
  });
  return ticks;
}

test('the plan is absolute: tick n is planned at start + n intervals, whatever came before', async () => {
  const ticks = await collectTicks(10, () => {});
  const origin = ticks[0]!.plannedMonoMs - ticks[0]!.index * 20;
  for (const tick of ticks) {
    assert.ok(Math.abs(tick.plannedMonoMs - (origin + tick.index * 20)) < 1e-6);
    assert.ok(tick.startMonoMs >= tick.plannedMonoMs - 1);
    assert.ok(tick.lateMs >= 0);
  }
});

test('a suspend leaves one gap, counts what was dropped, and is not caught up in a burst', async () => {
  const ticks = await collectTicks(8, (tick, clock) => {
    if (tick.index === 2) clock.leap(10_000, 10_000);
  });
  const after = ticks.find((tick) => tick.gapMs !== null && tick.gapMs > 9_000)!;
  assert.ok(after, 'the gap is seen');
  assert.ok(after.dropped >= 498, `${after.dropped} dropped`);
  assert.equal(after.clockJumpMs, null, 'both clocks moved alike');
  const indexes = ticks.map((tick) => tick.index);
  assert.deepEqual(
    [...new Set(indexes)].sort((a, b) => a - b),
    indexes,
    'every moment at most once, in order',
  );
  const lost = ticks.reduce((sum, tick) => sum + tick.dropped, 0);
  assert.equal(ticks.at(-1)!.index + 1, ticks.length + lost, 'ticks and dropped ones account for every moment');
});

test('a jump of the wall clock alone is reported with its size and does not move the plan', async () => {
  const ticks = await collectTicks(6, (tick, clock) => {
    if (tick.index === 2) clock.leap(0, -3 * 3_600_000);
  });
  const jumps = ticks.flatMap((tick) => tick.clockJumpMs ?? []);
  assert.equal(jumps.length, 1);
  assert.ok(Math.abs(jumps[0]! + 3 * 3_600_000) < 1000);
  assert.ok(ticks.at(-1)!.index < 1000);
});

test('a slow tick never overlaps with the next: moments meanwhile are dropped', async () => {
  let running = 0;
  let most = 0;
  const ticks = await collectTicks(5, async () => {
    running += 1;
    most = Math.max(most, running);
    await sleep(50);
    running -= 1;
  });
  assert.equal(most, 1);
  assert.ok(ticks.slice(1).every((tick) => tick.dropped >= 1));
});

test('stop waits for the running tick; a throwing tick ends the ticker and is told', async () => {
  let done = false;
  const clock = createHostClock();
  const ticker = createTicker({
    intervalMs: 5,
    clock,
    onTick: async () => {
      await sleep(30);
      done = true;
    },
  });
  await ticker.stop();
  assert.ok(done);
  const failing = createTicker({
    intervalMs: 5,
    clock,
    onTick: () => {
      throw new Error('disk full');
    },
  });
  await assert.rejects(failing.finished, /disk full/);
});
