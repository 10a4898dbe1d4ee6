import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LongPauses } from '../../src/soak/long-pauses.ts';
import type { NewEvent } from '../../src/soak/run-log.ts';

function limits(maxPauseMs: number, force = false): { pauses: LongPauses; events: NewEvent[]; said: string[] } {
  const events: NewEvent[] = [];
  const said: string[] = [];
  const log = { event: (event: NewEvent) => void events.push(event), say: (text: string) => void said.push(text) };
  return { pauses: new LongPauses({ maxPauseMs, force, log }), events, said };
}
const go = async (): Promise<{ pauseMs: number; verdict: 'go' }> => ({ pauseMs: 100, verdict: 'go' });

test('a start that took longer than allowed is not made again, whatever is estimated in the next segment', async () => {
  const { pauses, events } = limits(500);
  assert.equal(await pauses.settle('cpu-start', go), 100);
  pauses.note('cpu-start', 2_754, null);
  assert.equal(await pauses.settle('cpu-start', go), null);
  const refused = events.find((event) => event.type === 'capture-refused');
  assert.ok(
    refused?.type === 'capture-refused' && /paused the service for 2\.8 s, longer/.test(refused.reason),
    JSON.stringify(events),
  );
});

test('a reading of the allocations that took too long forbids forced collections too, and the other way round', async () => {
  for (const [first, other] of [
    ['heap-profile', 'collect-garbage'],
    ['collect-garbage', 'heap-profile'],
  ] as const) {
    const { pauses } = limits(500);
    pauses.note(first, 646, null);
    assert.equal(await pauses.settle(other, go), null);
    assert.equal(await pauses.settle('cpu-start', go), 100);
  }
});

test('what is refused is recorded each time, with its estimate, and said once', async () => {
  const { pauses, events, said } = limits(500);
  const judge = async () => ({ pauseMs: 900, verdict: { refused: 'too long' } });
  for (let time = 0; time < 3; time++) assert.equal(await pauses.settle('heap-profile', judge), null);
  assert.deepEqual(
    events,
    Array(3).fill({
      type: 'capture-refused',
      capture: 'heap-profile',
      reason: 'too long',
      estimatedPauseMs: 900,
      estimatedBytes: 0,
    }),
  );
  assert.deepEqual(said, ['allocations not read: too long']);
});

test('--force makes it all the same, again and again', async () => {
  const { pauses, events } = limits(500, true);
  pauses.note('cpu-start', 2_754, null);
  assert.equal(await pauses.settle('cpu-start', async () => ({ pauseMs: 900, verdict: { refused: 'too long' } })), 900);
  assert.deepEqual(events, []);
});

test('snapshots of worker threads take nothing of what a large heap of the main thread may be paused for', async () => {
  const log = { event: () => {}, say: () => {} };
  const pauses = new LongPauses({ maxPauseMs: null, force: false, log, durationMs: 60_000 });
  const large = async () => ({ pauseMs: 300, verdict: 'go' as const, isLargeHeap: true });
  for (let time = 0; time < 9; time++) pauses.note('worker-snapshot', 700, null);
  assert.equal(await pauses.settle('heap-profile', large), 300);
  assert.equal(pauses.spentMs, 0);
});
