import assert from 'node:assert/strict';
import { test } from 'node:test';
import { growthOf } from '../../src/snapshot-stream/growth-of.ts';
import { takeSnapshots } from './take-snapshots.ts';

const CACHE = `
class Cache {
  #max = 100;
  constructor() { this.limit = 300; this.ttlMs = Infinity; this.maxBytes = undefined; this.entries = new Map(); }
  add(value) { if (this.#max < 0) this.entries.clear(); this.entries.set(this.entries.size, value); }
}
class Entry { constructor(i) { this.name = 'entry ' + i; this.price = i + 0.5; this.tags = [i, String(i)]; } }
globalThis.cache = new Cache();
`;

test('numbers of a bound are read where the last snapshot has them, and change nothing else', async (t) => {
  const program = { setUp: CACHE, request: 'cache.add(new Entry(i));' };
  const [plain, numbered] = await Promise.all([
    growthOf(await takeSnapshots(t, program)),
    growthOf(await takeSnapshots(t, { ...program, numbersInLast: true })),
  ]);
  const [without, suspect] = [plain, numbered].map(({ suspects }) => suspects[0]);
  assert.deepEqual(suspect?.bounds, { limit: 300, '#max': 100 });
  assert.deepEqual(suspect?.boundsOn, { limit: 'Cache', '#max': 'Cache' });
  // Infinity and undefined are no bounds, once that is known.
  assert.deepEqual([...(suspect?.boundHints ?? [])].sort(), ['#max', 'limit']);
  assert.deepEqual(without?.bounds, {});
  assert.ok(without?.boundHints.includes('ttlMs'));
  assert.equal(suspect?.class, without?.class);
  assert.equal(suspect?.signature, without?.signature);
  assert.deepEqual(suspect?.counts, without?.counts);
  assert.ok(Math.abs((suspect?.bytes.at(-1) ?? 0) / (without?.bytes.at(-1) ?? 1) - 1) < 0.01);
});

test('constants of the module that speak of entries are bounds too', async (t) => {
  const files = await takeSnapshots(t, {
    setUp:
      'const MAX_ENTRIES = 5000; const MAX_RETRIES = 3; const kept = new Map(); function keep(i) { if (kept.size > MAX_ENTRIES + MAX_RETRIES) kept.clear(); kept.set(i, { id: String(i), tags: [i] }); }',
    request: 'keep(i);',
    numbersInLast: true,
  });
  const { suspects } = await growthOf(files);
  assert.deepEqual(suspects[0]?.scopeBounds, { MAX_ENTRIES: 5000 });
});

test('a pool says what it lent out, what waits, and how much it may hold', async (t) => {
  const files = await takeSnapshots(t, {
    setUp: `
class Client { constructor(id) { this.name = 'client ' + id; } }
class BoundPool {
  constructor(max) { this.options = { max }; this._clients = []; this._idle = []; this._pendingQueue = []; }
  connect() {
    if (this._idle.length > 0) return this._idle.pop();
    if (this._clients.length >= this.options.max) { this._pendingQueue.push({ callback() {} }); return null; }
    const client = new Client(this._clients.length);
    this._clients.push(client);
    return client;
  }
  release(client) { if (client) this._idle.push(client); }
}
globalThis.pool = new BoundPool(10);`,
    // Forgets one in a hundred.
    request: 'const client = pool.connect(); if (i % 100 !== 50) pool.release(client);',
    requestsBetween: 400,
    numbersInLast: true,
  });
  const { pools = [] } = await growthOf(files);
  assert.equal(pools.length, 1);
  assert.match(pools[0]?.holder.class ?? '', /BoundPool/);
  assert.deepEqual(pools[0]?.inUse, [4, 8, 10]);
  assert.equal(pools[0]?.total.at(-1), 10);
  assert.ok((pools[0]?.waiting.at(-1) ?? 0) > 100);
  assert.equal(pools[0]?.max, 10);
});

test('a bound of something else is none: the mark of a stream, the limit of an object further up', async (t) => {
  const { suspects } = await growthOf(
    await takeSnapshots(t, {
      setUp: `
class Peer { constructor(i) { this.name = 'peer ' + i; this.seen = [i, String(i)]; } }
class Bridge { constructor() { this.highWaterMark = 65536; this.peers = new Set(); } }
class RateLimiter { constructor() { this.limit = 50000; this.bridge = new Bridge(); } }
globalThis.limiter = new RateLimiter();`,
      request: 'limiter.bridge.peers.add(new Peer(i));',
      numbersInLast: true,
    }),
  );
  const peers = suspects.find((one) => one.class === 'Peer');
  assert.deepEqual([peers?.boundHints, peers?.bounds], [[], {}]);
});
