import assert from 'node:assert/strict';
import { test } from 'node:test';
import { codeBounds } from '../../src/analysis/code/code-bounds.ts';
import { growthBehaviour } from '../../src/analysis/heap/growth-tests.ts';
import { judgeBounds } from '../../src/analysis/heap/judge-bounds.ts';
import type { HeapSuspect } from '../../src/model/heap-growth.ts';
import { codeOf } from '../helpers/code-of.ts';
import { variableOf } from '../helpers/holders.ts';

const deskCode = (text: string) => codeOf({ 'desk.js': text });

function suspectOf(container: 'map' | 'array' | 'object', counts: readonly number[]): HeapSuspect {
  const holder = { ...variableOf('desk.js', 'map', 'kept'), container } as HeapSuspect['holder'];
  return {
    class: 'Ticket',
    holder,
    holderId: 1,
    path: [],
    signature: '',
    anchorLocation: { scriptUrl: 'file:///srv/desk.js', line0: -1, column0: -1, functionName: '' },
    classLocation: null,
    counts,
    bytes: counts.map((count) => 1000 * count),
    cohorts: [],
    shareOfGrowth: 1,
    objectsPerRequest: 1,
    bytesPerRequest: 1,
    boundHints: [],
  };
}

const COUNTS = [10, 210, 410];

function boundsOf(container: 'map' | 'array' | 'object', text: string): string[] {
  return codeBounds(suspectOf(container, COUNTS), deskCode(text)).map(
    ({ unit, value, line }) => `${value} ${unit} at ${line.line}`,
  );
}

const ADD = 'exports.add = (id, ticket) => { kept.set(id, ticket); };';

test('the size that a store is compared with bounds it, where something removes from it', () => {
  const cases: readonly (readonly ['map' | 'array' | 'object', string, string[]])[] = [
    [
      'array',
      'const kept = [];\nexports.add = (one) => {\n  kept.push(one);\n  if (kept.length > 1000) kept.shift();\n};',
      ['1000 items at 4'],
    ],
    [
      'array',
      'const kept = [];\nexports.add = (one) => {\n  kept.push(one);\n  kept.splice(0, Math.max(0, kept.length - 50));\n};',
      ['50 items at 4'],
    ],
    [
      'map',
      `const MOST = 5 * 100;\nconst kept = new Map();\n${ADD}\nfunction trim() {\n  while (kept.size >= MOST) kept.delete(kept.keys().next().value);\n}`,
      ['500 items at 5'],
    ],
    [
      'object',
      'const kept = {};\nexports.add = (id, one) => {\n  kept[id] = one;\n  if (Object.keys(kept).length > 300) delete kept[Object.keys(kept)[0]];\n};',
      ['300 items at 4'],
    ],
    // It only warns.
    ['map', `const kept = new Map();\n${ADD}\nif (kept.size > 1000) console.warn('many');`, []],
    // It asks whether there is anything.
    ['map', `const kept = new Map();\n${ADD}\nexports.drop = (id) => { if (kept.size > 0) kept.delete(id); };`, []],
    // Another one's size.
    [
      'map',
      `const kept = new Map(), other = new Map();\n${ADD}\nexports.drop = (id) => { if (other.size > 900) kept.delete(id); };`,
      [],
    ],
  ];
  for (const [container, text, expected] of cases) assert.deepEqual(boundsOf(container, text), expected, text);
});

test('the age and the delay that all that removes asks for bound it as well', () => {
  const store = `const kept = new Map();\n${ADD}\n`;
  const cases: readonly (readonly [string, string[]])[] = [
    [
      `const TTL = 10 * 60 * 1000;\n${store}setInterval(() => {\n  for (const [id, one] of kept) if (Date.now() - one.at > TTL) kept.delete(id);\n}, 500);`,
      ['600000 ms at 5'],
    ],
    [`${store}function later(id) { setTimeout(() => kept.delete(id), 60_000); }`, ['60000 ms at 3']],
    [`${store}const sweep = () => kept.clear();\nsetInterval(sweep, 30_000);`, ['30000 ms at 3']],
    [
      `${store}function sweep(now) {\n  for (const [id, one] of kept) {\n    if (now - one.at < 5000) continue;\n    kept.delete(id);\n  }\n}`,
      ['5000 ms at 6'],
    ],
    [`${store}const old = (one, now) => { if ((now - one.at) / 1000 > 90) kept.delete(one.id); };`, ['90000 ms at 3']],
    [`${store}const old = (one, now) => one.at < now - 7000 && kept.delete(one.id);`, ['7000 ms at 3']],
    // Another statement removes whenever it is called.
    [`${store}setTimeout(() => kept.delete(1), 60_000);\nexports.done = (id) => kept.delete(id);`, []],
  ];
  for (const [text, expected] of cases) assert.deepEqual(boundsOf('map', text), expected, text);
});

test('what is below the bound of the code may still fill; what is beyond proves nothing', () => {
  const interval = (at: number) => ({
    fromMs: 20_000 * at,
    toMs: 20_000 * (at + 1),
    loadedMs: 20_000,
    requests: 400,
    requestsByName: new Map(),
    namedBy: 'target' as const,
    isIdle: false,
    tells: true,
    holdsIdleTail: false,
  });
  const openBy = (text: string): string | null => {
    const suspect = suspectOf('map', COUNTS);
    const behaviour = growthBehaviour(suspect, [interval(0), interval(1)]);
    return judgeBounds({ ...suspect, codeBounds: codeBounds(suspect, deskCode(text)) }, behaviour).open;
  };
  const sized = (most: number) =>
    `const kept = new Map();\n${ADD}\nexports.trim = () => { if (kept.size > ${most}) kept.delete(kept.keys().next().value); };`;
  assert.match(
    openBy(sized(1000)) ?? '',
    /a bound of 1,000 items at `desk\.js:3`.*, and 410 are held: a cache .*A run of 2 m/,
  );
  assert.equal(openBy(sized(200)), null);
  const aged = (ms: number) =>
    `const kept = new Map();\n${ADD}\nconst later = (id) => setTimeout(() => kept.delete(id), ${ms});`;
  assert.match(openBy(aged(60_000)) ?? '', /an expiry of 1 m 00 s at `desk\.js:3`/);
  assert.equal(openBy(aged(5_000)), null);
});

test('a variable of the function that takes up a new store releases nothing', () => {
  const text =
    'const rooms = new Map();\nexports.join = (name, member) => {\n  let room = rooms.get(name);\n  if (!room) {\n    room = new Set();\n    rooms.set(name, room);\n  }\n  room.add(member);\n};\nlet kept = [];\nexports.flush = () => {\n  kept = [];\n};';
  const { scripts } = deskCode(text).map;
  const removals = scripts.flatMap(({ statements }) => statements.filter(({ act }) => act === 'remove'));
  assert.deepEqual(
    removals.map(({ at }) => at.line0),
    [11],
  );
});

test('a list that is put back shortened is cut to that size, each of them; one that is only read is not', () => {
  const boundsOfLists = (text: string): string[] => {
    const suspect: HeapSuspect = {
      ...suspectOf('array', COUNTS),
      holder: {
        container: 'array',
        class: 'Array',
        knownBy: null,
        owner: {
          kind: 'container',
          knownBy: { how: 'variable', name: 'kept' },
          owner: { kind: 'module', file: 'desk.js' },
        },
      },
    };
    return codeBounds(suspect, deskCode(text)).map(({ unit, value }) => `${value} ${unit}`);
  };
  const stored = (put: string) =>
    `const kept = new Map(), byKey = {};\nexports.add = (key, one) => {\n  const list = kept.get(key) ?? [];\n  list.unshift(one);\n  ${put};\n  return list.slice(0, 5);\n};`;
  assert.deepEqual(boundsOfLists(stored('kept.set(key, list.slice(0, 20))')), ['20 items']);
  assert.deepEqual(boundsOfLists(stored('kept.set(key, list.slice(-30))')), ['30 items']);
  assert.deepEqual(boundsOfLists(stored('kept.set(key, list)')), []);
});

test('a limit that is a power of two is no time; that of a text is one of its length', () => {
  const intervals = [0, 1].map((at) => ({
    fromMs: 20_000 * at,
    toMs: 20_000 * (at + 1),
    loadedMs: 20_000,
    requests: 400,
    requestsByName: new Map(),
    namedBy: 'target' as const,
    isIdle: false,
    tells: true,
    holdsIdleTail: false,
  }));
  const judged = (piled: string, container: 'chain' | 'map', bytes: readonly number[], name = 'flushAt') => {
    const suspect: HeapSuspect = {
      ...suspectOf('map', COUNTS),
      class: piled,
      holder: { ...variableOf('desk.js', 'map', 'kept'), container } as HeapSuspect['holder'],
      bytes,
      boundHints: [name],
      bounds: { [name]: 65_536 },
    };
    return judgeBounds(suspect, growthBehaviour(suspect, intervals));
  };
  // Its pieces are few, their text is long.
  const text = judged('(string)', 'chain', [600_000, 2_000_000, 4_000_000]);
  assert.equal(text.open, null);
  assert.match(text.broken ?? '', /`flushAt` of 65\.5 KB/);
  assert.match(judged('(string)', 'chain', [10_000, 20_000, 30_000]).open ?? '', /65\.5 KB/);
  assert.match(judged('Ticket', 'map', [10_000, 20_000, 30_000]).open ?? '', /65,536: \d|65,536.*410/);
  assert.doesNotMatch(judged('Ticket', 'map', [10_000, 20_000, 30_000], 'flushInterval').open ?? '', /410/);
});
