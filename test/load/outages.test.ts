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
    outages.add([{ ...at, ...rest, count, errors, ...change }]);
  });
  return { awayMs: outages.awayMs, isTooMuch: outages.isTooMuch };
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
