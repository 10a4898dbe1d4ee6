import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changingLines } from '../../src/analysis/code/changing-lines.ts';
import { requestsCounted } from '../../src/analysis/code/requests-counted.ts';
import { RunCode } from '../../src/analysis/code/run-code.ts';
import { readCode } from '../../src/format/code/read-code.ts';
import type { HeapSuspect } from '../../src/model/heap-growth.ts';
import type { Holder, Owner } from '../../src/model/holder.ts';
import { JAVASCRIPT_CASES } from '../lines/cases-javascript.ts';
import { expectedLine, unmarked } from '../lines/write-case.ts';

type Files = Readonly<Record<string, string>>;

function codeOf(files: Files): RunCode {
  const scripts = Object.entries(files)
    .filter(([name]) => /\.[cm]?js$/.test(name))
    .map(([name, text]) =>
      readCode({
        url: `file:///srv/${name}`,
        text,
        map: null,
        sourceText: () => null,
        isOwn: !name.includes('node_modules'),
      }),
    );
  const placeOf = (url: string, line0: number, column0: number, name: string) => ({
    file: url.replace(/^file:\/\/\/srv\/(?:node_modules\/[^/]+\/)?/, ''),
    line: line0 + 1,
    column: column0 + 1,
    function: name,
    package: /node_modules\/([^/]+)/.exec(url)?.[1] ?? null,
  });
  return new RunCode({ schema: 'profiler-code/1', scripts, leftOut: 0 }, placeOf, []);
}

function suspectOf(holder: Holder, name: string, file: string): HeapSuspect {
  return {
    class: name,
    holder,
    holderId: 1,
    path: [],
    signature: '',
    anchorLocation: { scriptUrl: `file:///srv/${file}`, line0: -1, column0: -1, functionName: '' },
    classLocation: null,
    counts: [0, 1],
    bytes: [0, 1],
    cohorts: [],
    shareOfGrowth: 1,
    objectsPerRequest: 1,
    bytesPerRequest: 1,
    boundHints: [],
  };
}

const linesOf = (files: Files, holder: Holder, name: string, file: string) =>
  changingLines(suspectOf(holder, name, file), codeOf(files));

const module = (file: string): Owner => ({ kind: 'module', file });
const instance = (name: string): Owner => ({ kind: 'instance', class: name, knownBy: null });
const variable = (name: string) => ({ how: 'variable', name }) as const;
const property = (name: string) => ({ how: 'property', name }) as const;
const KEY = { how: 'key' } as const;

/** As the heap snapshots of these services name what holds the objects. */
const HOLDERS: Readonly<Record<string, readonly [holder: Holder, className: string, file: string]>> = {
  quota: [
    {
      container: 'array',
      class: 'Array',
      knownBy: KEY,
      owner: { kind: 'container', knownBy: property('clients'), owner: instance('Quota') },
    },
    'Object {id, at, text}',
    'lib/quota.js',
  ],
  'pending-replies': [
    { container: 'map', class: 'Map', knownBy: variable('pending'), owner: module('store.mjs') },
    'Call',
    'lib/store.mjs',
  ],
  'private-set': [
    { container: 'set', class: 'Set', knownBy: { how: 'private-field', name: '#notes' }, owner: instance('Audit') },
    'Note',
    'lib/audit.mjs',
  ],
  'plain-object-cache': [
    {
      container: 'object',
      class: 'Object',
      knownBy: variable('byId'),
      owner: { kind: 'function', name: 'createCache', file: 'cache.js' },
    },
    'Object {id, html}',
    'lib/cache.js',
  ],
  'emitter-on': [
    {
      container: 'listeners',
      event: 'price',
      api: 'event-emitter',
      on: { class: 'EventEmitter', knownBy: variable('feed'), owner: module('prices.js') },
    },
    'closure listener',
    'lib/prices.js',
  ],
  'linked-list': [
    { container: 'chain', class: 'Entry', knownBy: property('last'), owner: instance('Trail') },
    'Entry',
    'lib/trail.js',
  ],
  'spread-reassign': [
    { container: 'array', class: 'Array', knownBy: variable('kept'), owner: module('errors.mjs') },
    'Object {message, at}',
    'lib/errors.mjs',
  ],
  'prototype-style': [
    { container: 'array', class: 'Array', knownBy: property('jobs'), owner: instance('Queue') },
    'Object {to, body, queuedAt}',
    'lib/queue.js',
  ],
  'class-hierarchy': [
    { container: 'array', class: 'Array', knownBy: property('lines'), owner: instance('OrderLog') },
    'Object {level, text, at}',
    'lib/order-log.js',
  ],
  'injected-store': [
    { container: 'map', class: 'Map', knownBy: variable('store'), owner: module('routes.mjs') },
    'Object {guest, items, openedAt}',
    'lib/routes.mjs',
  ],
  'fastify-plugin': [
    { container: 'map', class: 'Map', knownBy: variable('open'), owner: module('sessions.js') },
    'Object',
    'lib/sessions.js',
  ],
  'array-of-hooks': [
    { container: 'array', class: 'Array', knownBy: variable('hooks'), owner: module('exit-hooks.js') },
    'closure (anonymous)',
    'lib/exit-hooks.js',
  ],
  'metric-labels': [
    { container: 'map', class: 'Map', knownBy: property('values'), owner: instance('Counter') },
    'Object {labels, value}',
    'lib/metrics.js',
  ],
  'closure-chain': [
    {
      container: 'chain',
      class: 'closure correction',
      knownBy: variable('correction'),
      owner: module('calibration.js'),
    },
    'closure correction',
    'lib/calibration.js',
  ],
  'object-assign': [
    { container: 'object', class: 'Object', knownBy: variable('words'), owner: module('dictionary.js') },
    'Object {id, meaning}',
    'lib/dictionary.js',
  ],
  'weak-map-live': [
    {
      container: 'array',
      class: 'Array',
      knownBy: null,
      owner: { kind: 'container', knownBy: variable('byAuthor'), owner: module('revisions.mjs') },
    },
    'Revision',
    'lib/revisions.mjs',
  ],
  'nullish-assign': [
    {
      container: 'object',
      class: 'Object',
      knownBy: property('tag'),
      owner: { kind: 'container', knownBy: variable('tables'), owner: module('symbols.mjs') },
    },
    'Interned',
    'lib/symbols.mjs',
  ],
  'promise-race': [
    { container: 'promise', class: 'Promise', knownBy: variable('shutdown'), owner: module('shutdown.mjs') },
    'PromiseReaction',
    'lib/shutdown.mjs',
  ],
  'package-registry': [
    { container: 'array', class: 'Array', knownBy: variable('clients'), owner: module('registry.js') },
    'TinyClient',
    'node_modules/tiny-client/lib/registry.js',
  ],
};

for (const one of JAVASCRIPT_CASES) {
  const known = HOLDERS[one.name];
  if (!known) continue;
  test(`the statement that adds: ${one.leak}`, () => {
    const files = Object.fromEntries(Object.entries(one.files).map(([name, text]) => [name, unmarked(text)]));
    const { added, removed } = linesOf(files, ...known);
    const { file, line } = expectedLine(one);
    assert.equal(`${added[0]?.file}:${added[0]?.line}`, `${file}:${line}`, JSON.stringify(added, null, 1));
    assert.equal(
      removed.some(({ package: owner }) => owner === null),
      one.removes === true,
      JSON.stringify(removed),
    );
  });
}

test('what takes off the listeners of other events removes none of these', () => {
  const files = {
    'poll.js': [
      "const client = require('./client');",
      'exports.poll = (symbol, done) => {',
      '  const onQuote = () => done();',
      `  client.on(\`quote:\${symbol}\`, onQuote);`,
      "  client.on('error', (error) => done(error));",
      `  client.off(\`quote:\${symbol}\`, onQuote);`,
      '};',
    ].join('\n'),
    'client.js': "const { EventEmitter } = require('node:events');\nmodule.exports = new EventEmitter();",
  };
  const holder = {
    container: 'listeners',
    api: 'event-emitter',
    event: 'error',
    on: { class: 'EventEmitter', knownBy: variable('client'), owner: module('poll.js') },
  } as const satisfies Holder;
  const { added, removed } = linesOf(files, holder, 'closure listener', 'poll.js');
  assert.equal(added[0]?.line, 5, JSON.stringify(added));
  assert.deepEqual(removed, []);
  const quotes = linesOf(files, { ...holder, event: 'quote:ACME' }, 'closure onQuote', 'poll.js');
  assert.equal(quotes.added[0]?.line, 4, JSON.stringify(quotes.added));
  assert.equal(quotes.removed[0]?.line, 6);
});

/** TypeScript by its map: the first line of the script is the compiler's own. */
function mappedPlace(url: string, line0: number, column0: number, name: string) {
  const script = url.replace(/^file:\/\/\/srv\//, '');
  const isOwn = !script.startsWith('node_modules/');
  const [, owner = null] = /node_modules\/([^/]+)/.exec(script) ?? [];
  const file = isOwn && line0 > 0 ? script.replace('.js', '.ts') : script.replace(/^node_modules\/[^/]+\//, '');
  return { file, line: line0 + 1, column: column0 + 1, function: name, package: owner && `${owner}@1.0.0` };
}

test('a call of a package on an instance that cannot be followed is found on the stacks that allocated, through a source map', () => {
  const metrics =
    '"use strict";\nconst { Histogram } = require("prom-client");\nclass Metrics {\n  constructor(injected) { this.points = new Histogram({}); this.other = injected; }\n  record(member) {\n    this.points.observe({ member }, 1);\n  }\n}\nexports.Metrics = Metrics;';
  const client =
    'class Histogram {\n  constructor() { this.hashMap = {}; this.observe = this.observeWithoutExemplar; }\n  observeWithoutExemplar(labels) {\n    this.hashMap[labels.member] = { labels };\n  }\n}\nexports.Histogram = Histogram;';
  const read = (url: string, text: string) =>
    readCode({ url, text, map: null, sourceText: () => null, isOwn: !url.includes('node_modules') });
  const scripts = [
    read('file:///srv/metrics.js', metrics),
    read('file:///srv/node_modules/prom-client/index.js', client),
  ];
  const frame = (script: number, name: string) => {
    const { functions, url } = scripts[script]!;
    const { start } = functions.find((one) => one.name === name) ?? assert.fail(name);
    return mappedPlace(url, start.line0, start.column0, name);
  };
  const stack = [frame(1, 'observeWithoutExemplar'), frame(0, 'record')];
  const growth = [{ stack, beforeBytes: 0, bytes: 100_000, samples: 50, shareOfGrowth: 0.9 }];
  const run = new RunCode({ schema: 'profiler-code/1', scripts, leftOut: 0 }, mappedPlace, growth);
  const holder: Holder = {
    container: 'object',
    class: 'Object',
    knownBy: property('hashMap'),
    owner: instance('Histogram'),
  };
  const { added } = changingLines(suspectOf(holder, 'Object {labels}', 'node_modules/prom-client/index.js'), run);
  assert.equal(`${added[0]?.file}:${added[0]?.line}`, 'metrics.ts:6', JSON.stringify(added, null, 1));
});

test('what Node holds while it is open was opened by a call of Node, whatever the import: a file watcher, a child process', () => {
  const handles = (name: string): Holder => ({ container: 'handles', class: name });
  const watcher = `import { watch } from 'node:fs';
export const changed = (file, waitMs) => new Promise((resolve) => {
  setTimeout(resolve, waitMs, false);
  const watcher = watch(file, () => {
    watcher.close();
    resolve(true);
  });
});
const own = { watch() {} }; own.watch('a');
`;
  const watched = linesOf({ 'page.mjs': watcher }, handles('FSEvent'), 'FSEvent', 'page.mjs');
  assert.deepEqual(
    watched.added.map(({ line }) => line),
    [4],
  );
  assert.deepEqual(
    watched.removed.map(({ line }) => line),
    [5],
  );
  const sorter = `const { spawn } = require('node:child_process');
exports.sort = (rows) => {
  const sort = spawn('sort', []);
  for (const row of rows) {
    if (row === null) throw new TypeError('no row');
    sort.stdin.write(row);
  }
  sort.stdin.end();
};
exports.name = /a(b)/.exec('ab');
`;
  for (const name of ['Pipe', 'Process']) {
    const { added, removed } = linesOf({ 'sort.cjs': sorter }, handles(name), name, 'sort.cjs');
    assert.deepEqual(
      [added, removed].map((lines) => lines.map(({ line }) => line)),
      [[3], [8]],
      name,
    );
  }
});

test('a text grows by `+=`, and is emptied by an assignment', () => {
  const logger = `class Logger {
  constructor() { this.pending = ''; this.lines = 0; }
  info(text) {
    this.pending += text;
    if (this.lines >= 100) this.flush();
  }
  flush() {
    this.pending = '';
  }
}
module.exports = { Logger };
`;
  const other = `exports.walk = (names) => { const pending = []; for (const name of names) pending.push(name); while (pending.pop()); };
`;
  const holder: Holder = {
    container: 'chain',
    class: '(string)',
    knownBy: property('pending'),
    owner: instance('Logger'),
  };
  const { added, removed } = linesOf(
    { 'node_modules/schemas/walk.js': other, 'logger.cjs': logger },
    holder,
    '(string)',
    'logger.cjs',
  );
  assert.deepEqual(
    [added, removed].map((lines) => lines.map(({ file, line }) => `${file}:${line}`)),
    [['logger.cjs:4'], ['logger.cjs:8']],
  );
});

test('a linked list grows where a link is set, not where an empty one gets its first; it shrinks where its end moves on', () => {
  const lru = `exports.lru = (max) => {
  const nodes = new Map();
  let head = null;
  let tail = null;
  const pushFront = (node) => {
    node.next = head;
    if (head) head.prev = node;
    head = node;
    tail ??= node;
  };
  return { set(key, value) {
    const node = { key, value, prev: null, next: null };
    nodes.set(key, node);
    pushFront(node);
    if (nodes.size > max) {
      nodes.delete(tail.key);
      tail = tail.prev;
    }
  } };
};
`;
  const holder: Holder = {
    container: 'chain',
    class: 'Object {key, value, prev, next}',
    knownBy: variable('tail'),
    owner: { kind: 'function', name: 'lru', file: 'lru.cjs' },
  };
  const { added, removed } = linesOf({ 'lru.cjs': lru }, holder, 'Object {key, value, prev, next}', 'lru.cjs');
  assert.ok([6, 7].includes(added[0]?.line ?? 0), `line ${added[0]?.line}`);
  assert.deepEqual(
    removed.map(({ line }) => line),
    [17],
  );
});

test('what is given another value than was added removes nothing, and that is told where both are surely others', () => {
  const holder: Holder = { container: 'set', class: 'Set', knownBy: variable('clients'), owner: module('feed.js') };
  const otherOf = (body: string) => {
    const text = `const clients = new Set();
const other = new EventEmitter();
exports.attach = function attach(req, res) {
  const gzip = zlib.createGzip();
${body}
};
`;
    const { removed } = linesOf({ 'feed.js': text }, holder, 'Gzip', 'feed.js');
    return removed.find(({ excerpt }) => excerpt?.includes('delete'))?.otherValue;
  };
  const add = '  clients.add(gzip);\n';
  assert.deepEqual(otherOf(`${add}  req.on('close', () => clients.delete(res));`), { removed: 'res', added: 'gzip' });
  const right = [
    '  clients.add(res);\n  res.on("close", () => clients.delete(res));',
    `${add}  req.on('close', () => clients.delete(gzip));`,
    `${add}  const mine = gzip;\n  req.on('close', () => clients.delete(mine));`,
    `  let stream = res;\n  if (req.zip) stream = gzip;\n  clients.add(gzip);\n  req.on('close', () => clients.delete(stream));`,
    `${add}  req.on('close', () => { for (const one of clients) if (one.done) clients.delete(one); });`,
    `${add}  req.on('close', () => clients.forEach((one) => clients.delete(one)));`,
    `${add}  req.on('close', () => clients.delete(find(res)));`,
    `${add}  drop(gzip);\n  function drop(client) { clients.delete(client); }`,
    `${add}  onClose(gzip, (client) => clients.delete(client));`,
    `${add}  const oldest = pick(clients);\n  if (clients.size > 9) clients.delete(oldest);`,
    `${add}  const [first] = clients;\n  if (clients.size > 9) clients.delete(first);`,
    `${add}  const first = clients.values().next().value;\n  if (clients.size > 9) clients.delete(first);`,
    `${add}  let old = null;\n  for (const one of clients.values()) old = one;\n  clients.delete(old);`,
  ];
  for (const body of right) assert.equal(otherOf(body), undefined, body);
});

test('calls a request are told where requests came evenly, not where a rest began while calls were counted', () => {
  const counted = { startMonoMs: 10_300, durationMs: 3_000 };
  const samples = (perSecond: (second: number) => number) => {
    let served = 0;
    return Array.from({ length: 30 }, (_, second) => {
      served += perSecond(second);
      return { wallMs: 0, monoMs: 1000 * second, segment: 0, lateMs: 0, values: { 'requests.served': served } };
    });
  };
  const even = requestsCounted(
    counted,
    samples((second) => (second % 2 === 0 ? 70 : 90)),
  );
  assert.ok(Math.abs((even ?? 0) - 240) < 20, String(even));
  assert.equal(
    requestsCounted(
      counted,
      samples((second) => (second < 12 ? 80 : 0)),
    ),
    null,
  );
});
