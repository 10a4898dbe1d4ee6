import assert from 'node:assert/strict';
import { test } from 'node:test';
import { growthOf } from '../../src/snapshot/growth-of.ts';
import { takeSnapshots } from './take-snapshots.ts';

test('a Map that is never cleared is named with its class, holder and line', async (t) => {
  const files = await takeSnapshots(t, {
    setUp: `class OrderAudit { constructor(i) { this.id = 'order ' + i; this.payload = { note: 'n' + i }; } }
const pending = new Map();
globalThis.service = { audit: (i) => pending.set('k' + i, new OrderAudit(i)) };`,
    request: 'globalThis.service.audit(i);',
  });
  const growth = await growthOf(files, { requests: [500, 1000, 1500], idEpochs: ['a', 'b', 'c'] });
  assert.equal(growth.comparison, 'class-and-signature');
  const first = growth.suspects[0];
  assert.equal(first?.class, 'OrderAudit');
  assert.match(first.holder, /^Map `pending` of module service\.cjs$/);
  assert.deepEqual(first.counts, [500, 1000, 1500]);
  assert.equal(first.objectsPerRequest, 1);
  assert.match(first.classLocation?.scriptUrl ?? '', /service\.cjs$/);
  assert.ok(first.shareOfGrowth > 0.6, `share ${first.shareOfGrowth}`);
});
