import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LongPauses } from '../../src/soak/long-pauses.ts';
import type { NewEvent } from '../../src/soak/run-log.ts';
import { RunPauses } from '../../src/soak/run-pauses.ts';

const MINUTE_MS = 60_000;
const watched: ConstructorParameters<typeof RunPauses>[0] = {
  askedMs: null,
  maxPauseMs: null,
  snapshots: 4,
  durationMs: 5 * MINUTE_MS,
  isLoadOurs: false,
};

function paused(pauseMs: number, error: string | null = null): NewEvent {
  const cost = { startMonoMs: 0, endMonoMs: pauseMs, pauseMs };
  return { type: 'capture', capture: 'heap-snapshot', file: null, cost, bytes: 0, error };
}

function pausesOf(all: RunPauses): { readonly pauses: LongPauses; readonly events: NewEvent[] } {
  const events: NewEvent[] = [];
  const log = { event: (event: NewEvent) => void events.push(event), say: () => {} };
  const options = { maxPauseMs: null, force: false, log, durationMs: 5 * MINUTE_MS, all };
  return { pauses: new LongPauses(options), events };
}
const small = (pauseMs: number) => async () => ({ pauseMs, verdict: 'go' as const });

test('the budget: 5 s, in a night 0.2 % of it; as asked; none by default where the load is ours', () => {
  const limitOf = (options: Partial<typeof watched>): number | null =>
    new RunPauses({ ...watched, ...options }).limitMs;
  assert.equal(limitOf({}), 5_000);
  assert.equal(limitOf({ durationMs: 480 * MINUTE_MS }), 57_600);
  assert.equal(limitOf({ isLoadOurs: true }), null);
  assert.equal(limitOf({ isLoadOurs: true, askedMs: 300 }), 300);
  // Who allows a snapshot of 30 s allows four of them.
  assert.equal(limitOf({ maxPauseMs: 30_000 }), 120_000);
});

test('what captures cost counts, what failed and what was refused does not', () => {
  const all = new RunPauses(watched);
  for (const event of [paused(700), paused(900, 'lost'), { type: 'note', detail: '' } as const]) all.note(event);
  assert.equal(all.spentMs, 700);
});

test('each kind of capture is refused beyond it, with the figures, also where the heap is small', async () => {
  const all = new RunPauses(watched);
  const { pauses, events } = pausesOf(all);
  assert.equal(await pauses.settle('collect-garbage', small(400)), 400);
  all.note(paused(4_800));
  for (const capture of ['collect-garbage', 'heap-profile', 'class-counts', 'worker-snapshot', 'cpu-start'] as const) {
    assert.equal(await pauses.settle(capture, small(400)), null);
    const refused = events.at(-1);
    assert.ok(refused?.type === 'capture-refused' && refused.capture === capture);
    assert.match(refused.reason, /about 400 ms; so far .* 4\.8 s of the 5 s .*--pause-budget/);
    assert.equal(refused.estimatedPauseMs, 400);
  }
});

test('snapshots: the first teaches how long they take, and room for the last is kept from all others', async () => {
  const all = new RunPauses(watched);
  const { pauses } = pausesOf(all);
  // An upper limit until one was taken.
  assert.equal(pauses.refuseSnapshot(9_000, false), null);
  all.note(paused(1_000));
  pauses.noteSnapshot(1_000, false);
  let taken = 1;
  while (pauses.refuseSnapshot(9_000, false) === null) {
    all.note(paused(1_000));
    pauses.noteSnapshot(1_000, false);
    taken += 1;
  }
  assert.equal(taken, 3);
  assert.match(pauses.refuseSnapshot(9_000, false) ?? '', /about 1\.1\d? s, and the last heap snapshot for 1\.1/);
  assert.equal(await pauses.settle('collect-garbage', small(1_000)), null);
  assert.equal(pauses.refuseSnapshot(9_000, true), null);
});

test('a budget that was asked for is held against the estimate of the first, too', () => {
  const { pauses } = pausesOf(new RunPauses({ ...watched, askedMs: 3_000 }));
  assert.match(pauses.refuseSnapshot(2_000, false) ?? '', /of the 3 s/);
  assert.equal(pauses.refuseSnapshot(1_400, false), null);
});

test('snapshots of worker threads come before the first of the main thread, and leave it half', async () => {
  const all = new RunPauses({ ...watched, askedMs: 3_000 });
  const { pauses, events } = pausesOf(all);
  const settle = (again: number) => pauses.settle('worker-snapshot', small(600), again);
  const take = (pauseMs: number): void => {
    all.note(paused(pauseMs));
    pauses.note('worker-snapshot', pauseMs, null);
  };
  // An upper limit, until one was taken.
  assert.equal(await settle(1), 600);
  take(400);
  // Of a second thread, the second snapshots of both would have no room.
  assert.equal(await settle(2), null);
  const refused = events.at(-1);
  assert.ok(refused?.type === 'capture-refused');
  assert.match(
    refused.reason,
    /about 460 ms, and .* 920 ms; so far worker threads were paused for 400 ms of the 1\.5 s/,
  );
  assert.equal(await settle(0), 600);
  take(600);
  assert.equal(await settle(0), null);
  assert.equal(pauses.refuseSnapshot(950, false), null);
});
