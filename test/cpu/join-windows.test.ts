import assert from 'node:assert/strict';
import { test } from 'node:test';
import { joinWindows } from '../../src/cpu/join-windows.ts';
import type { FlameWindows } from '../../src/model/flame-windows.ts';

const at = (file: string, line: number) => ({ file, line, column: 1, function: '', package: null });

const root = { name: '(root)', place: null };
const window = { startSec: 0, endSec: 10, requests: 100, samples: 50 };

/** Handler calls parse. */
const before: FlameWindows = {
  id: 'cpu',
  unit: 'microseconds',
  frames: [root, { name: 'handle', place: at('a.js', 5) }, { name: 'parse', place: at('b.js', 1) }],
  frameOf: [0, 1, 2],
  parentOf: [-1, 0, 1],
  windows: [
    { ...window, nodes: [1, 2], self: [10, 20] },
    { ...window, startSec: 10, endSec: 20, nodes: [2], self: [5] },
  ],
};

/** It moved down by ten lines, and calls another parse, of a file of its own. */
const after: FlameWindows = {
  ...before,
  frames: [root, { name: 'parse', place: at('c.js', 1) }, { name: 'handle', place: at('a.js', 15) }],
  frameOf: [0, 2, 1],
  windows: [{ ...window, requests: null, nodes: [1, 2], self: [11, 40] }],
};

test('a function of both runs is one, though its line moved; one of another file is another', () => {
  const { frames, frameOf, parentOf, windows } = joinWindows(before, after);
  const nameOf = (node: number): string => {
    const { name, place } = frames[frameOf[node]!]!;
    return place ? `${name} ${place.file}:${place.line}` : name;
  };
  assert.deepEqual(
    parentOf.map((parent, node) => [nameOf(node), parent]),
    [
      ['(root)', -1],
      ['handle a.js:15', 0],
      ['parse b.js:1', 1],
      ['parse c.js:1', 1],
    ],
  );
  assert.deepEqual(windows, [
    { startSec: 0, endSec: 20, requests: 200, samples: 100, nodes: [1, 2], self: [10, 25] },
    { startSec: 0, endSec: 10, requests: null, samples: 50, nodes: [1, 3], self: [11, 40] },
  ]);
});
