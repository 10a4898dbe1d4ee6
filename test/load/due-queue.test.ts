import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DueQueue } from '../../src/load/due-queue.ts';
import { seededRandom } from '../../src/scenario/random.ts';

test('entries come out by time, equal times in the order they came', () => {
  const random = seededRandom(3);
  const queue = new DueQueue();
  const added: [number, number][] = [];
  const taken: [number, number][] = [];
  for (let i = 0; i < 2000; i++) {
    const dueMs = Math.floor(random() * 100);
    added.push([dueMs, i]);
    queue.add(dueMs, () => taken.push([dueMs, i]));
  }
  for (let entry = queue.take(); entry; entry = queue.take()) entry.run(entry.dueMs);
  assert.deepEqual(
    taken,
    added.sort((a, b) => a[0] - b[0] || a[1] - b[1]),
  );
  assert.equal(queue.nextDueMs, Number.POSITIVE_INFINITY);
});
