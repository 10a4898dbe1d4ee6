import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mergeWindows } from '../../src/cpu/merge-windows.ts';
import { withoutCaptures } from '../../src/cpu/without-captures.ts';
import type { CpuProfile } from '../../src/model/profiles.ts';

const frame = (functionName: string, url = '') => ({
  functionName,
  scriptId: '1',
  url,
  lineNumber: 0,
  columnNumber: 0,
});

/** A sample each millisecond: the service works for 100 ms; a snapshot holds it for 200 ms in `isEmpty`; it works on. */
const PROFILE: CpuProfile = {
  nodes: [
    { id: 1, callFrame: frame('(root)'), children: [2, 3] },
    { id: 2, callFrame: frame('serve', 'file:///srv/a.js') },
    { id: 3, callFrame: frame('isEmpty', 'node:internal/fixed_queue') },
  ],
  startTime: 1_000_000,
  endTime: 1_400_000,
  samples: Array.from({ length: 400 }, (_, i) => (i >= 100 && i < 300 ? 3 : 2)),
  timeDeltas: Array.from({ length: 400 }, (_, i) => (i === 0 ? 0 : 1000)),
};

function selfMs(profile: CpuProfile, name: string): number {
  const tree = mergeWindows([profile]);
  return tree.functionOf.reduce(
    (sum, index, node) => sum + (tree.functions[index]?.functionName === name ? (tree.selfUs[node] ?? 0) / 1000 : 0),
    0,
  );
}

test('what stood on the stack while a snapshot was written is not hot', () => {
  assert.equal(selfMs(PROFILE, 'isEmpty'), 200);
  const without = withoutCaptures(PROFILE, [{ fromUs: 1_100_000, toUs: 1_300_000 }]);
  assert.equal(selfMs(without, 'isEmpty'), 0);
  assert.equal(selfMs(without, '(idle)'), 200);
  assert.equal(selfMs(without, 'serve'), selfMs(PROFILE, 'serve'));
});

test('a capture in another window changes nothing', () => {
  assert.equal(withoutCaptures(PROFILE, [{ fromUs: 5_000_000, toUs: 6_000_000 }]), PROFILE);
});
