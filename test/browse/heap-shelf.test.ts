import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { HeapShelf } from '../../src/browse/heap-shelf.ts';
import { snapshotText } from '../heap/build-snapshot.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

test('snapshots that are asked at the same time all answer, though two are open at most', async (t) => {
  const folder = temporaryFolder(t);
  const files = [1, 2, 3, 4].map((objects) => {
    const file = join(folder, `${objects}.heapsnapshot`);
    const nodes = [{}, ...Array.from({ length: objects }, () => ({ name: 'Order', type: 3, size: 40 }))];
    writeFileSync(file, snapshotText({ nodes, edges: nodes.slice(1).map((_, i) => [0, 2, `order ${i}`, i + 1]) }));
    return file;
  });
  const shelf = new HeapShelf();
  t.after(() => shelf.close());
  const twice = [...files, ...files];
  const answers = await Promise.all(twice.map((file) => shelf.ask(file, { what: 'overview' })));
  assert.deepEqual(
    answers.map(({ nodes }) => nodes),
    [2, 3, 4, 5, 2, 3, 4, 5],
  );
});
