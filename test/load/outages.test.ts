import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Outages } from '../../src/drive/outages.ts';
import type { RequestInterval } from '../../src/model/requests.ts';

function outagesOf(
  seconds: readonly (readonly [count: number, errors: number])[],
  change: Partial<RequestInterval> = {},
) {
  const outages = new Outages();
  seconds.forEach(([count, errors], i) => {
    const at = { startMonoMs: 1000 * i, endMonoMs: 1000 * (i + 1), name: 'quote' };
    const rest = { dropped: 0, late: 0, maxLateMs: 0, errorKinds: {}, intended: '', service: '' };
    const totals = { startMonoMs: 0, atMonoMs: at.endMonoMs, inFlight: 0 };
    outages.add([{ ...at, ...rest, count, errors, ...change }], totals);
  });
  return { awayMs: outages.failedMs, isTooMuch: outages.hasFailedTooLong };
}

const fine = Array.from({ length: 40 }, () => [50, 2] as const);
const away = Array.from({ length: 8 }, () => [50, 50] as const);

test('time in which every request failed is added up, in the middle and at the end', () => {
  assert.deepEqual(outagesOf(fine), { awayMs: 0, isTooMuch: false });
  assert.deepEqual(outagesOf([...fine, ...away]), { awayMs: 8000, isTooMuch: true });
  assert.deepEqual(outagesOf([...away, ...fine, ...away]), { awayMs: 16_000, isTooMuch: true });
  assert.deepEqual(outagesOf([...fine, ...away.slice(0, 3), ...fine]), { awayMs: 3000, isTooMuch: false });
});

test('errors of a load that sends little are no time away, nor are a probe and the set-up', () => {
  const rare = Array.from({ length: 60 }, (_, i) => [1, i % 2] as const);
  assert.deepEqual(outagesOf(rare), { awayMs: 0, isTooMuch: false });
  assert.deepEqual(outagesOf([...fine, ...away], { isSetup: true }), { awayMs: 0, isTooMuch: false });
});

interface Second {
  readonly answers?: number;
  readonly timeouts?: number;
  readonly inFlight?: number;
}

/** What comes after second 0, a second each. */
function silencesOf(seconds: readonly Second[]): { readonly silentMs: number; readonly isTooMuch: boolean } {
  const outages = new Outages();
  seconds.forEach(({ answers = 0, timeouts = 0, inFlight = 0 }, i) => {
    const at = { startMonoMs: 1000 * i, endMonoMs: 1000 * (i + 1), name: 'quote' };
    const rest = { dropped: 0, late: 0, maxLateMs: 0, intended: '', service: '' };
    const errorKinds: Record<string, number> = timeouts > 0 ? { timeout: timeouts } : {};
    const count = answers + timeouts;
    const intervals = count > 0 ? [{ ...at, ...rest, count, errors: timeouts, errorKinds }] : [];
    outages.add(intervals, { startMonoMs: 0, atMonoMs: at.endMonoMs, inFlight });
  });
  return { silentMs: outages.silentMs, isTooMuch: outages.wasSilentTooLong };
}

const times = (count: number, second: Second): Second[] => Array.from({ length: count }, () => second);

test('time in which requests wait and none is answered counts, whatever becomes of them', () => {
  const answered = times(6, { answers: 40, inFlight: 1 });
  const hanging = times(9, { inFlight: 100 });
  assert.deepEqual(silencesOf([...answered, ...hanging, {}]), { silentMs: 10_000, isTooMuch: true });
  const timedOut = times(9, { timeouts: 40, inFlight: 100 });
  assert.deepEqual(silencesOf([...answered, ...timedOut, ...answered]), { silentMs: 9000, isTooMuch: true });
  assert.deepEqual(silencesOf([...answered, ...hanging, ...answered]), { silentMs: 9000, isTooMuch: true });
});

test('a pause in which nothing waits is no silence, nor is an answer that takes long as a rule', () => {
  const answered = times(6, { answers: 40 });
  assert.deepEqual(silencesOf([...answered, ...times(9, {}), ...answered]), { silentMs: 0, isTooMuch: false });
  const slow = [...times(8, { inFlight: 5 }), { answers: 5, inFlight: 5 }];
  assert.deepEqual(silencesOf([...slow, ...slow]), { silentMs: 0, isTooMuch: false });
  assert.deepEqual(silencesOf([...slow, ...slow, ...slow, ...slow]), { silentMs: 0, isTooMuch: false });
  const moment = [...times(30, { answers: 40, inFlight: 1 }), ...times(4, { inFlight: 9 })];
  assert.deepEqual(silencesOf([...moment, ...moment]), { silentMs: 0, isTooMuch: false });
});
