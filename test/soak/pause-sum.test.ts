import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LongPauses } from '../../src/soak/long-pauses.ts';
import { PauseSum } from '../../src/soak/pause-sum.ts';
import type { NewEvent } from '../../src/soak/run-log.ts';

const MINUTE_MS = 60_000;

function limits(maxPauseMs: number | null) {
  const events: NewEvent[] = [];
  const log = { event: (event: NewEvent) => void events.push(event), say: () => {} };
  return { events, pauses: new LongPauses({ maxPauseMs, force: false, log, durationMs: MINUTE_MS }) };
}
const large = (pauseMs: number) => async () => ({ pauseMs, verdict: 'go' as const, isLargeHeap: true });

test('all pauses of a minute may add up to two seconds where the heap is large', async () => {
  const { pauses, events } = limits(null);
  let readings = 0;
  while ((await pauses.settle('heap-profile', large(400))) !== null) {
    readings += 1;
    pauses.note('heap-profile', 400, null);
  }
  assert.equal(readings, 4);
  assert.ok(pauses.spentMs <= 2_000);
  const refused = events.find((event) => event.type === 'capture-refused');
  assert.match(refused?.type === 'capture-refused' ? refused.reason : '', /may add up to 2 s/);
});

test('what took longer than was estimated is expected to do so again', async () => {
  const { pauses } = limits(null);
  assert.equal(await pauses.settle('heap-profile', large(200)), 200);
  pauses.note('heap-profile', 1_200, null);
  assert.equal(await pauses.settle('heap-profile', large(200)), null);
});

test('the start of a CPU profile leaves most of it for what tells of leaks', async () => {
  const { pauses } = limits(null);
  assert.equal(await pauses.settle('cpu-start', large(350)), null);
  assert.equal(await pauses.settle('cpu-start', large(250)), 250);
});

test('a small heap has no such sum, nor has who says how long a pause may be', async () => {
  const small = limits(null).pauses;
  const asked = limits(MINUTE_MS).pauses;
  for (let time = 0; time < 20; time++) {
    assert.equal(await small.settle('collect-garbage', async () => ({ pauseMs: 400, verdict: 'go' })), 400);
    small.note('collect-garbage', 400, null);
    assert.equal(await asked.settle('collect-garbage', large(400)), 400);
    asked.note('collect-garbage', 400, null);
  }
});

test('a night may be paused for longer than a minute', () => {
  assert.equal(new PauseSum(MINUTE_MS).limitMs, 2_000);
  assert.equal(new PauseSum(480 * MINUTE_MS).limitMs, 57_600);
});
