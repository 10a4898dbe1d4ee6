import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LruCache } from '../../src/demo/cache/lru-cache.ts';
import { TtlCache } from '../../src/demo/cache/ttl-cache.ts';
import type { FaultName, Faults } from '../../src/demo/faults.ts';
import type { Receipt } from '../../src/demo/services/proof-locker.ts';
import type { SealedProof } from '../../src/demo/services/proof-sealer.ts';
import { ReceiptMemory } from '../../src/demo/services/receipt-memory.ts';
import { RiskTables } from '../../src/demo/services/risk-tables.ts';
import { countRetained } from '../helpers/retention.ts';

const only = (name: FaultName): Faults => new Set([name]);

function proof(index: number): SealedProof {
  return { deviceId: 'device-1', captureId: `c-${index}`, digest: 'd', payload: '{}', statement: '{}' };
}

function receipt(index: number): Receipt {
  return { entry_id: index, capture_id: `c-${index}`, digest: 'd', retention_days: 1, risk: 0, checkpoint: null };
}

test('an LRU cache drops what was used longest ago', () => {
  const cache = new LruCache<number>(2);
  cache.set('a', 1);
  cache.set('b', 2);
  assert.equal(cache.get('a'), 1);
  cache.set('c', 3);
  assert.equal(cache.get('b'), undefined);
  assert.deepEqual([cache.get('a'), cache.get('c'), cache.size], [1, 3, 2]);
});

test('a TTL cache drops what is too old, also when it was written again', () => {
  let nowMs = 0;
  const cache = new TtlCache<string>(100, () => nowMs);
  cache.set('a', 'first');
  nowMs = 60;
  cache.set('b', 'second');
  cache.set('a', 'third');
  nowMs = 120;
  cache.sweep();
  assert.deepEqual([cache.get('a'), cache.get('b'), cache.size], ['third', 'second', 2]);
  nowMs = 160;
  assert.equal(cache.get('a'), undefined);
  cache.sweep();
  assert.equal(cache.size, 0);
});

test('cache-bounded keeps 400 receipts and no more', async () => {
  const memory = new ReceiptMemory(only('cache-bounded'));
  const retained = await countRetained(1_000, (index) => {
    const given = receipt(index);
    memory.remember(proof(index), given);
    return given;
  });
  assert.equal(retained, 400);
  assert.equal(memory.recall('device-1', 'c-999')?.entry_id, 999);
  assert.equal(memory.recall('device-1', 'c-0'), undefined);
});

test('cache-ttl keeps nothing after 4 s', async (t) => {
  t.mock.timers.enable({ apis: ['Date'] });
  const memory = new ReceiptMemory(only('cache-ttl'));
  const retained = await countRetained(400, (index) => {
    const given = receipt(index);
    memory.remember(proof(index), given);
    t.mock.timers.tick(100);
    memory.sweep();
    return given;
  });
  assert.ok(retained <= 40, `${retained}: those of the last 4 s`);
  t.mock.timers.tick(4_000);
  memory.sweep();
  assert.equal(memory.recall('device-1', 'c-399'), undefined);
});

test('warm-up builds 40 tables and scores the same with them again', () => {
  const tables = new RiskTables(only('warm-up'));
  const digest = 'abcdef0123456789';
  const scores = Array.from({ length: 80 }, () => tables.score(digest));
  assert.deepEqual(scores.slice(40), scores.slice(0, 40));
  assert.ok(scores.every((score) => score > 0 && score < 1));
});
