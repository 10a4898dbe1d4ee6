import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type ClassChange,
  classesOfSnapshot,
  findClassChanges,
  indexedSnapshot,
} from '../../src/heap/class-changes.ts';
import { classChangesOf } from '../../src/snapshot-stream/class-changes-of.ts';
import { openNodes } from '../../src/snapshot-stream/open-snapshot.ts';
import { parse, snapshotText } from './build-snapshot.ts';
import { takeSnapshots } from './take-snapshots.ts';

/** Nodes have the ids 1, 3, 5 … in the order in which they stand. */
function graphOf(classes: readonly string[]): ReturnType<typeof parse> {
  const nodes = [{ type: 9, name: '' }, ...classes.map((name, index) => ({ name, size: 8 * (index + 1) }))];
  const edges = classes.map((_, index) => [0, 2, `p${index}`, index + 1] as const);
  return parse(snapshotText({ nodes, edges }, 'new'), { withoutEdges: true });
}

function rowOf(changes: { classes: readonly ClassChange[] }, name: string): ClassChange | undefined {
  return changes.classes.find((row) => row.class === name);
}

test('new and removed objects are identified by their ids where classes keep theirs', () => {
  const common = Array.from({ length: 400 }, (_, index) => `Kept${index % 3}`);
  const before = graphOf([...common, 'Gone', 'Turned']);
  const after = graphOf([...common, 'New', 'Turned', 'New', 'New']);
  assert.equal(after.edgeCount, 0);
  const changes = findClassChanges(indexedSnapshot(before), classesOfSnapshot(after));
  assert.ok(changes.sameClass! > 0.99);
  assert.deepEqual(rowOf(changes, 'New'), {
    class: 'New',
    count: 3,
    shallowBytes: 8 * (401 + 403 + 404),
    countDelta: 3,
    shallowDelta: 8 * (401 + 403 + 404),
    added: 3,
    removed: 0,
  });
  assert.deepEqual([rowOf(changes, 'Gone')?.added, rowOf(changes, 'Gone')?.removed], [0, 1]);
  assert.deepEqual([rowOf(changes, 'Kept1')?.added, rowOf(changes, 'Kept1')?.removed], [0, 0]);
  assert.equal(changes.snapshots[1].nodes, 405);
});

test('ids of two processes tell nothing: counts alone', () => {
  const names = Array.from({ length: 300 }, (_, index) => `Class${index % 7}`);
  const changes = findClassChanges(indexedSnapshot(graphOf(names)), classesOfSnapshot(graphOf([...names].reverse())));
  assert.ok(changes.sameClass! < 0.99);
  assert.deepEqual([rowOf(changes, 'Class1')?.countDelta, rowOf(changes, 'Class1')?.added], [0, null]);
});

test('a real service: one new object a request, none gone', async (t) => {
  const [before, after] = await takeSnapshots(t, {
    setUp:
      'class Ticket { constructor(n) { this.n = n; } }\nconst open = [];\nexports.request = (n) => open.push(new Ticket(n));',
    request: 'exports.request(i);',
    snapshots: 2,
  });
  assert.equal((await openNodes(after!)).edgeCount, 0);
  const changes = await classChangesOf(before!, after!);
  const row = rowOf(changes, 'Ticket');
  assert.ok(row && row.countDelta > 0, JSON.stringify(row));
  assert.equal(row.added, row.countDelta);
  assert.equal(row.removed, 0);
});

test('a damaged file is refused as everywhere', async () => {
  await assert.rejects(classChangesOf('/nowhere/a.heapsnapshot', '/nowhere/b.heapsnapshot'), {
    code: 'snapshot-unreadable',
  });
});
