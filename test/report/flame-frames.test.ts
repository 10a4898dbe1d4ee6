import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { FlameNode } from '../../src/model/flame.ts';
import { pageFlame, pageTimeline, scriptJson } from '../../src/report/build-page-data.ts';
import { flameFrames, timeFrames } from '../../src/report/flame-frames.ts';
import { flameTotals } from '../../src/report/flame-totals.ts';

function leaf(name: string, self: number): FlameNode {
  return { name, place: null, value: self, self, children: [] };
}

function over(name: string, self: number, children: readonly FlameNode[]): FlameNode {
  return {
    name,
    place: null,
    self,
    value: self + children.reduce((sum, { value }) => sum + value, 0),
    children,
  };
}

describe('layout of flame graphs', () => {
  test('children stand side by side under their parent, heaviest first, idle last', () => {
    const root = over('(root)', 0, [leaf('(idle)', 50), leaf('b', 10), over('a', 5, [leaf('c', 20)])]);
    const placed = flameFrames(root).frames.map(({ node, depth, start }) => [node.name, depth, start]);
    assert.deepEqual(placed, [
      ['(root)', 0, 0],
      ['a', 1, 0],
      ['c', 2, 0],
      ['b', 1, 25],
      ['(idle)', 1, 35],
    ]);
  });

  test('the lightest frames go first when there are too many, and every kept frame keeps its parents', () => {
    const wide = Array.from({ length: 500 }, (_, i) => over(`f${i}`, 1, [leaf(`g${i}`, i)]));
    const { frames, dropped } = flameFrames(over('(root)', 0, wide), 100);
    assert.equal(frames.length, 100);
    assert.equal(frames.length + dropped, 1001);
    const kept = new Set(frames.map(({ node }) => node.name));
    for (const name of kept) if (name.startsWith('g')) assert.ok(kept.has(name.replace('g', 'f')));
  });

  test('a stack of 90,000 frames is laid out, summed and written', () => {
    let node = leaf('deepest', 1);
    for (let i = 0; i < 90_000; i++) node = over(`f${i}`, 0, [node]);
    const flame = pageFlame({ id: 'last', title: '', detail: '', root: node });
    assert.equal(flame.depth.length, 60_000);
    assert.equal(flame.dropped, 30_001);
    assert.equal(flameTotals(node)[0]?.name, 'deepest');
    assert.ok(scriptJson({ charts: [], latency: [], bands: [], marks: [], windows: [], flames: [flame] }).length > 0);
  });

  test('self time is summed by function', () => {
    const totals = flameTotals(over('(root)', 0, [leaf('a', 3), over('b', 1, [leaf('a', 4)])]));
    assert.deepEqual(
      totals.map(({ name, self }) => [name, self]),
      [
        ['a', 7],
        ['b', 1],
      ],
    );
  });

  test('in order of time: consecutive samples of one stack are one call, idling is a gap, the shortest go first', () => {
    const timeline = {
      frames: ['(root)', 'main', 'a', 'b'].map((name) => ({ name, place: null })),
      // 1 main, 2 main;a, 3 main;b
      frameOf: [0, 1, 2, 3],
      parentOf: [-1, 0, 1, 1],
      samples: {
        nodes: [2, 2, 3, 2, 2],
        startsUs: [0, 1000, 2000, 3000, 9000],
        endsUs: [1000, 2000, 3000, 4000, 9500],
      },
    };
    const drawn = (limit: number) =>
      timeFrames(timeline, limit).calls.map(
        ({ frame, depth, startUs, endUs }) => `${depth} ${timeline.frames[frame]?.name} ${startUs}-${endUs}`,
      );
    assert.deepEqual(drawn(100), [
      '1 main 0-4000',
      '2 a 0-2000',
      '2 b 2000-3000',
      '2 a 3000-4000',
      '1 main 9000-9500',
      '2 a 9000-9500',
    ]);
    assert.deepEqual(drawn(2), ['1 main 0-4000', '2 a 0-2000']);
    const page = pageTimeline(timeline, { id: 'time', title: '', detail: '' });
    assert.equal(page.value[0], 9500);
    assert.equal(page.self[0], 5000);
  });
});
