import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CallTree } from '../../src/cpu/call-tree.ts';
import { createPlaceOf } from '../../src/cpu/place-of.ts';
import type { RawCallFrame } from '../../src/model/profiles.ts';
import { TreeBuilder } from '../../src/model/weighted-tree.ts';
import { type CpuSummary, hotFunctions } from '../../src/study/document/cpu-pages.ts';

const placeOf = createPlaceOf([], new Map());

/** Functions without a name in code that has no file (evaluated text, WebAssembly), told apart by their position. */
function evaluated(lineNumber: number): RawCallFrame {
  return { functionName: '', scriptId: '9', url: '', lineNumber, columnNumber: 0 };
}

function treeOf(selfUs: readonly (readonly [RawCallFrame, number])[]): CallTree {
  const builder = new TreeBuilder();
  for (const [frame] of selfUs) builder.child(0, builder.functionIndex(frame));
  const { functions, functionOf, parentOf } = builder;
  const own = Float64Array.of(0, ...selfUs.map(([, us]) => us));
  return { functions, functionOf, parentOf, selfUs: own, samples: 1, unsampledUs: 0 };
}

test('functions of the same name without a file have each their own share in the first and the last window', () => {
  const [busy, idle] = [evaluated(1), evaluated(2)];
  const stretch = (tree: CallTree): CpuSummary['first'] => ({ startMonoMs: 0, endMonoMs: 1, requests: null, tree });
  const first = stretch(
    treeOf([
      [busy, 30],
      [idle, 10],
    ]),
  );
  const last = stretch(
    treeOf([
      [busy, 40],
      [idle, 0],
    ]),
  );
  const whole = treeOf([
    [busy, 70],
    [idle, 10],
  ]);
  const shown = hotFunctions({ whole, stretches: [first, last], first, last } as unknown as CpuSummary, placeOf, 5);
  assert.deepEqual(
    shown.map(({ selfUs, firstSelfShare, lastSelfShare }) => [selfUs, firstSelfShare, lastSelfShare]),
    [
      [70, 0.75, 1],
      [10, 0.25, 0],
    ],
  );
});
