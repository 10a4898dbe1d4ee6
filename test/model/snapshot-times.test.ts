import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inOrderOfTime } from '../../src/model/snapshot-times.ts';

test('snapshots of one process are sorted by the times in their names, others stay as they are given', () => {
  const near = (time: string, n: string): string => `/srv/Heap.20261130.${time}.4711.0.${n}.heapsnapshot`;
  assert.deepEqual(inOrderOfTime([near('193250', '002'), near('193247', '001'), near('193250', '003')]), [
    near('193247', '001'),
    near('193250', '002'),
    near('193250', '003'),
  ]);
  const written = ['Heap-20261130-193250-4711-0.heapsnapshot', 'Heap-20261130-193247-4711-0.heapsnapshot.gz'];
  assert.deepEqual(inOrderOfTime(written), written.toReversed());
  // Microseconds without leading zeros, as heapdump writes them.
  const dumps = ['heapdump-1795891967.99.heapsnapshot', 'heapdump-1795891967.123456.heapsnapshot'];
  assert.deepEqual(inOrderOfTime(dumps.toReversed()), dumps);
  for (const asGiven of [
    ['2.heapsnapshot', '1.heapsnapshot'],
    [near('193250', '002'), '1.heapsnapshot'],
    [near('193250', '002'), near('193247', '001').replace('4711', '4712')],
    [near('193250', '002'), dumps[0] ?? ''],
  ])
    assert.deepEqual(inOrderOfTime(asGiven), asGiven);
});
