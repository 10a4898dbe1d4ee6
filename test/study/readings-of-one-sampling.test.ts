import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readingsOfOneSampling } from '../../src/study/readings-of-one-sampling.ts';

const reading = (monoMs: number, segment = 0) => ({
  file: `heap/${monoMs}.heapprofile`,
  monoMs,
  segment,
  intervalBytes: 32_768,
  requests: monoMs,
});
const lost = (monoMs: number) => ({ type: 'inspector-lost' as const, monoMs, wallMs: monoMs, detail: 'closed' });

test('readings of another connection, or of another life of the process, are not compared with the last', () => {
  const all = [10, 20, 30, 40].map((monoMs) => reading(monoMs));
  const kept = (...args: Parameters<typeof readingsOfOneSampling>) =>
    readingsOfOneSampling(...args).map(({ monoMs }) => monoMs);
  assert.deepEqual(kept(all, []), [10, 20, 30, 40]);
  assert.deepEqual(kept(all, [lost(25)]), [30, 40]);
  // What was lost after the last of them changes nothing.
  assert.deepEqual(kept(all, [lost(50)]), [10, 20, 30, 40]);
  assert.deepEqual(kept([...all, reading(60, 1)], [lost(25)]), [60]);
  assert.deepEqual(kept([], [lost(25)]), []);
});
