import assert from 'node:assert/strict';
import { createReadStream } from 'node:fs';
import { test } from 'node:test';
import { parse as parseByDevTools } from 'heap-snapshot-toolkit';
import { analyseGraph } from '../../src/heap/analyse-graph.ts';
import { calculateDistances } from '../../src/heap/distances.ts';
import { openSnapshot } from '../../src/snapshot-stream/open-snapshot.ts';
import { nodeVersions } from '../helpers/node-versions.ts';
import { retainedByNode } from './retained-by-node.ts';
import { takeSnapshots } from './take-snapshots.ts';

/** What is read of the DevTools engine; its own types are not complete. */
interface DevToolsSnapshot {
  readonly retainedSizes: Float64Array;
  readonly nodeDistances: Int32Array;
  readonly totalSize: number;
  aggregatesWithFilter(
    filter: object,
  ): Promise<Record<string, { name: string; count: number; self: number; maxRet: number }>>;
}

const PROGRAM = `const { EventEmitter } = require('node:events');
class Order { constructor(i) { this.id = 'o' + i; this.items = [i, { sku: 's' + i }]; } }
const orders = new Map(), seen = new Set(), meta = new WeakMap(), bus = new EventEmitter(), texts = [];
globalThis.keep = (i) => { const o = new Order(i); orders.set(o.id, o); seen.add({ o }); meta.set(o, { m: 'm' + i }); if (i % 9 === 0) bus.on('x', () => o); texts.push('a' + i + 'ü', Buffer.alloc(20), /r/, Symbol('s' + i), 10n ** 30n); };
bus.setMaxListeners(0);`;

for (const { major, binary: node, skip } of nodeVersions()) {
  test(`Node ${major}: counts, sizes, retained sizes and distances equal those of Chrome DevTools`, {
    skip,
  }, async (t) => {
    const [file] = await takeSnapshots(t, { setUp: PROGRAM, request: 'globalThis.keep(i);', snapshots: 1, node });
    const reference = await readByDevTools(file!);
    const { graph, weakMaps } = await openSnapshot(file!);
    const { sizes, aggregates } = analyseGraph(graph, weakMaps);
    assert.equal(sizes.retained[0], reference.totalSize);
    assert.deepEqual(retainedByNode(sizes), reference.retainedSizes);
    assert.deepEqual(calculateDistances(graph, weakMaps), reference.nodeDistances);
    await compareClasses(reference, new Map(aggregates.map((aggregate) => [aggregate.class, aggregate])));
  });
}

async function readByDevTools(file: string): Promise<DevToolsSnapshot> {
  const { time, timeEnd, warn } = console;
  Object.assign(console, { time: () => {}, timeEnd: () => {}, warn: () => {} });
  try {
    return (await parseByDevTools(createReadStream(file))) as unknown as DevToolsSnapshot;
  } finally {
    Object.assign(console, { time, timeEnd, warn });
  }
}

/** DevTools splits plain objects by shape and classes of one name by their place in the source: sums are compared. */
async function compareClasses(
  reference: DevToolsSnapshot,
  ours: ReadonlyMap<string, { count: number; shallowBytes: number; retainedBytes: number }>,
): Promise<void> {
  const sums = new Map<string, { parts: number; count: number; self: number; maxRet: number }>();
  for (const { name, count, self, maxRet } of Object.values(await reference.aggregatesWithFilter({}))) {
    const shape = name.startsWith('{') ? 'Object' : name;
    const sum = sums.get(shape) ?? { parts: 0, count: 0, self: 0, maxRet: 0 };
    sums.set(shape, {
      parts: sum.parts + 1,
      count: sum.count + count,
      self: sum.self + self,
      maxRet: sum.maxRet + maxRet,
    });
  }
  assert.equal(ours.size, sums.size);
  for (const [name, { parts, count, self, maxRet }] of sums) {
    assert.equal(ours.get(name)?.count, count, `count of ${name}`);
    assert.equal(ours.get(name)?.shallowBytes, self, `shallow size of ${name}`);
    if (parts === 1) assert.equal(ours.get(name)?.retainedBytes, maxRet, `retained size of ${name}`);
  }
}
