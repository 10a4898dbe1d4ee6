import assert from 'node:assert/strict';
import { createWriteStream, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type TestContext, test } from 'node:test';
import { createBrotliCompress, createGzip, gzipSync } from 'node:zlib';
import type { HeapGraph } from '../../src/heap/heap-graph.ts';
import { openNodes, openSnapshot } from '../../src/snapshot-stream/open-snapshot.ts';
import { SnapshotHelper } from '../../src/snapshot-stream/snapshot-helper.ts';
import { summariseSnapshot } from '../../src/snapshot-stream/summarise-snapshot.ts';
import { summariseTogether } from '../../src/snapshot-stream/summarise-together.ts';
import { type EdgeSpec, snapshotText } from './build-snapshot.ts';

function folderFor(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'heap-test-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function snapshotOf(count: number, layout: 'old' | 'new'): string {
  const nodes = Array.from({ length: count }, (_, index) => ({
    type: index === 0 ? 9 : 3,
    name: index === 0 ? '' : `Class${index % 50}`,
    size: (index * 8) % 4096,
  }));
  const edges = nodes.flatMap((_, index): EdgeSpec[] => [
    [index, 2, `property${index % 90}`, (index + 1) % count],
    [index, 1, index, (index * 31 + 7) % count],
    [index, 3, 'map', (index * 17 + 3) % count],
    [index, 0, 'variable', Math.floor(index / 2)],
  ]);
  return snapshotText({ nodes, edges }, layout);
}

for (const layout of ['old', 'new'] as const) {
  test(`two threads read the same graph as one (${layout} layout)`, async (t) => {
    const file = join(folderFor(t), 'big.heapsnapshot');
    writeFileSync(file, snapshotOf(layout === 'old' ? 450_000 : 560_000, layout));
    const helper = SnapshotHelper.start(Number.MAX_SAFE_INTEGER);
    t.after(() => helper?.close());
    const alone = await openSnapshot(file);
    const together = await openSnapshot(file, {}, helper);
    assert.ok(statSync(file).size > 36e6, String(statSync(file).size));
    assertSame(together.graph, alone.graph);
    const nodes = await openNodes(file);
    assert.equal(Buffer.compare(bytesOf(nodes.nodeId), bytesOf(alone.graph.nodeId)), 0, 'edges are stepped over');
    assert.equal(nodes.strings.get(nodes.strings.count - 1), alone.graph.strings.get(nodes.strings.count - 1));
    const one = await summariseTogether(alone.graph, alone.weakMaps, null);
    assert.deepEqual(await summariseTogether(together.graph, together.weakMaps, helper), one);
    assert.deepEqual(await helper?.aggregates(together.graph), one.constructors);
  });
}

test('damage in a big file is told as one thread tells it, wherever it is', async (t) => {
  const folder = folderFor(t);
  const text = snapshotOf(450_000, 'old');
  const helper = SnapshotHelper.start(Number.MAX_SAFE_INTEGER);
  t.after(() => helper?.close());
  for (const [index, share] of [0.0001, 0.2, 0.6, 0.8, 0.999].entries()) {
    const at = Math.floor(text.length * share);
    const cut = join(folder, `cut-${index}.heapsnapshot`);
    writeFileSync(cut, text.slice(0, at));
    const mutated = join(folder, `mutated-${index}.heapsnapshot`);
    writeFileSync(mutated, `${text.slice(0, at)}{}${text.slice(at + 2)}`);
    for (const file of [cut, mutated]) {
      const alone = await openSnapshot(file).then(
        () => 'read',
        (error: Error) => error.message,
      );
      const together = await openSnapshot(file, {}, helper).then(
        () => 'read',
        (error: Error) => error.message,
      );
      assert.equal(together, alone, `${file} at ${at}`);
    }
  }
});

/** Column by column: a deep comparison of millions of entries would take a minute. */
function assertSame(a: HeapGraph, b: HeapGraph): void {
  for (const name of [
    'nodeType',
    'nodeName',
    'nodeId',
    'selfSize',
    'firstEdge',
    'edgeType',
    'edgeName',
    'edgeTo',
  ] as const) {
    assert.equal(Buffer.compare(bytesOf(a[name]), bytesOf(b[name])), 0, name);
  }
  assert.equal(a.strings.count, b.strings.count);
  for (let index = 0; index < a.strings.count; index++) assert.equal(a.strings.get(index), b.strings.get(index));
}

function bytesOf(column: Uint8Array | Uint32Array): Uint8Array {
  return new Uint8Array(column.buffer, column.byteOffset, column.byteLength).slice();
}

test('.gz and .br are read as they are; a damaged one is refused or salvaged', async (t) => {
  const folder = folderFor(t);
  const text = snapshotOf(2_000, 'old');
  const plain = join(folder, 'a.heapsnapshot');
  writeFileSync(plain, text);
  const { constructors } = await summariseSnapshot(plain);
  for (const [suffix, pack] of [
    ['gz', createGzip()],
    ['br', createBrotliCompress()],
  ] as const) {
    const file = join(folder, `a.heapsnapshot.${suffix}`);
    await pipeline(Readable.from([text]), pack, createWriteStream(file));
    assert.deepEqual((await summariseSnapshot(file)).constructors, constructors);
  }
  // The content tells, not the name.
  const misnamed = join(folder, 'b.heapsnapshot.gz');
  writeFileSync(misnamed, text);
  assert.deepEqual((await summariseSnapshot(misnamed)).constructors, constructors);
  const packed = gzipSync(text);
  packed.fill(0xff, packed.length >> 1, (packed.length >> 1) + 64);
  writeFileSync(misnamed, packed);
  await assert.rejects(summariseSnapshot(misnamed), { code: 'snapshot-not-unpacked' });
});
