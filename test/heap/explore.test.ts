import assert from 'node:assert/strict';
import { test } from 'node:test';
import { packageOfScript } from '../../src/heap/explore/packages.ts';
import { parseQuery } from '../../src/heap/explore/parse-query.ts';
import { TopOf } from '../../src/heap/explore/top-of.ts';
import { ProfilerError } from '../../src/model/errors.ts';
import { ExploredSnapshot } from '../../src/snapshot-stream/explored-snapshot.ts';
import { runCli } from '../helpers/run-cli.ts';
import { takeSnapshots } from './take-snapshots.ts';

/** A leak of the program's own, and one that a package keeps. */
const SERVICE = {
  setUp: `const { Script } = require('node:vm');
const cache = new Script('(class Shelf { constructor() { this.kept = new Map(); } })', { filename: '/app/node_modules/@shop/shelf/index.js' }).runInThisContext();
class Session { constructor(i) { this.secret = 'token-' + i + '-of-a-user'; this.plan = ['gold', 'plan'].join('-'); } }
const sessions = new Map(); const shelf = new cache(); const byMail = {};
exports.open = (i) => { sessions.set('key-' + i, new Session(i)); shelf.kept.set(i, { at: new Date(i) }); byMail['mail-' + i + '@example.com'] = [i]; };`,
  request: 'exports.open(i);',
  snapshots: 2,
};
const SECRET = /token-\d|key-\d|mail-\d|gold-plan/;

test('a snapshot is asked about its objects, and tells what they say only where that is wanted', async (t) => {
  const [earlier, file] = (await takeSnapshots(t, SERVICE)) as [string, string];
  const snapshot = new ExploredSnapshot(file, { salt: 7 });
  t.after(() => snapshot.close());

  const overview = await snapshot.ask({ what: 'overview' });
  assert.equal(overview.classes.find((row) => row.class === 'Session')?.count, 1000);

  const sessions = await snapshot.ask({ what: 'objects', query: 'class:/^Sess/', sort: 'id', from: 0 });
  assert.equal(sessions.count, 1000);
  assert.equal(sessions.objects.length, 50);
  const ids = sessions.objects.map(({ id }) => id);
  assert.deepEqual(
    ids,
    [...ids].sort((a, b) => b - a),
    'newest first',
  );
  const second = await snapshot.ask({ what: 'objects', query: 'Session', sort: 'id', from: 50 });
  assert.equal(new Set([...ids, ...second.objects.map(({ id }) => id)]).size, 100, 'the next page goes on');
  const id = ids[0]!;

  const hidden = await snapshot.ask({ what: 'object', id, from: 0, values: false });
  const secret = hidden.fields.references.find(({ name }) => name === 'secret');
  assert.equal(secret?.value, null);
  assert.equal(secret?.characters, 'token-999-of-a-user'.length);
  assert.ok(hidden.dominators.some(({ words }) => words === 'Map'));
  const shown = await snapshot.ask({ what: 'object', id, from: 0, values: true });
  assert.equal(shown.fields.references.find(({ name }) => name === 'secret')?.value, 'token-999-of-a-user');

  const retainers = await snapshot.ask({ what: 'retainers', id, from: 0, values: false });
  const table = retainers.references.find(({ isWeak }) => !isWeak);
  assert.equal(table?.object.class, '(array)');
  const path = await snapshot.ask({ what: 'path', id });
  assert.ok(path?.steps.some(({ edge, node }) => edge === 'context variable `sessions`' && node === 'Map'));

  const map = hidden.dominators.findLast(({ words }) => words === 'Map')!;
  const below = await snapshot.ask({ what: 'dominated', id: map.id, from: 0 });
  assert.equal(below.of?.id, map.id);
  assert.ok(below.count >= 1);
  const held = await snapshot.ask({ what: 'held-objects', class: 'Session', holder: map.id, from: 0 });
  assert.equal(held.count, 1000);

  const strings = await snapshot.ask({ what: 'strings', from: 0, values: true });
  const plan = strings.biggest.find(({ value }) => value === 'gold-plan');
  assert.ok(plan && plan.copies >= 999, 'each session has a copy of its own');
  const holders = await snapshot.ask({ what: 'string-holders', text: plan.text, values: false });
  assert.deepEqual([holders[0]?.class, holders[0]?.kind, holders[0]?.name], ['Session', 'property', 'plan']);

  const changes = await snapshot.ask({ what: 'changes', earlier });
  assert.equal(changes.byIds, true);
  assert.equal(changes.classes.find((row) => row.class === 'Session')?.added, 500);
  const added = await snapshot.ask({ what: 'changed-objects', earlier, class: 'Session', side: 'new', from: 0 });
  assert.equal(added.count, 500);
  assert.ok(added.objects.every((object) => object.class === 'Session'));
  const gone = await snapshot.ask({ what: 'changed-objects', earlier, class: 'Session', side: 'gone', from: 0 });
  assert.equal(gone.count, 0);

  const packages = await snapshot.ask({ what: 'packages' });
  const shelf = packages.find((row) => row.package === '@shop/shelf');
  assert.equal(
    shelf?.classes.find((row) => row.class === 'Date')?.count,
    1000,
    'what the package alone keeps is its own',
  );

  // Of all questions, those for which values may be told are the only ones whose answers hold any.
  const answers = [
    overview,
    sessions,
    hidden,
    retainers,
    path,
    below,
    held,
    holders,
    await snapshot.ask({ what: 'strings', from: 0, values: false }),
    await snapshot.ask({ what: 'dominated', id: null, from: 0 }),
    changes,
    added,
    packages,
  ];
  const mails = await snapshot.ask({ what: 'objects', query: 'class:Object shallow>1KB', sort: 'shallow', from: 0 });
  for (const object of mails.objects)
    answers.push(await snapshot.ask({ what: 'object', id: object.id, from: 0, values: false }));
  for (const answer of answers) assert.doesNotMatch(JSON.stringify(answer), SECRET);

  await assert.rejects(snapshot.ask({ what: 'object', id: 2, from: 0, values: false }), /no object @2/);
});

test('heap query and heap summary --by package in the terminal', async (t) => {
  const [, file] = (await takeSnapshots(t, SERVICE)) as [string, string];
  const found = JSON.parse((await runCli(['heap', 'query', file, 'class:Session', '--top', '3', '--json'])).stdout);
  assert.deepEqual([found.schema, found.count, found.objects.length], ['profiler-heap/1', 1000, 3]);
  const text = (await runCli(['heap', 'query', file, 'package:@shop/shelf class:Date'])).stdout;
  assert.match(text, /^1,000 objects/);
  assert.match(text, /Date +@\d+ +@shop\/shelf/);
  assert.match((await runCli(['heap', 'query', file, 'retained>9GB'])).stdout, /^0 objects.*nothing fits/);
  const byPackage = await runCli(['heap', 'summary', file, '--by', 'package']);
  assert.match(byPackage.stdout, /package +objects +shallow +retained/);
  assert.match(byPackage.stdout, /@shop\/shelf/);
  const refused = await runCli(['heap', 'query', file, 'colour:red']);
  assert.equal(refused.code, 2);
  assert.match(refused.stderr, /"colour" is no term of a query/);
});

test('a query is read term by term, and what it does not know is refused', () => {
  const query = parseQuery('class:/Or.er\\/x y/i package:"a b" retained>1MB shallow<=64KB @17 is:detached');
  assert.equal(query.class?.('my orDer/x y'), true);
  assert.equal(query.package?.('a b'), true);
  assert.deepEqual([query.id, query.detached], [17, true]);
  assert.deepEqual(
    query.sizes.map(({ of, holds }) => [of, holds(1e6), holds(64_000)]),
    [
      ['retained', false, false],
      ['shallow', false, true],
    ],
  );
  assert.equal(parseQuery('order').class?.('PurchaseOrder'), true);
  assert.equal(parseQuery('').class, null);
  for (const bad of ['retained:5', 'retained>', 'class:/(/', 'type:blue', 'class>5', 'x'.repeat(501), 'id:@x', '/'])
    assert.throws(() => parseQuery(bad), ProfilerError, bad);
});

test('the package of a script is the innermost that it lies in', () => {
  assert.deepEqual(
    [
      'file:///app/node_modules/a/node_modules/@b/c/index.js',
      'C:\\app\\node_modules\\d\\x.js',
      'node:fs',
      '/app/src/main.ts',
      'evalmachine.<anonymous>',
    ].map(packageOfScript),
    ['@b/c', 'd', '(Node.js)', '(own code)', '(engine, globals)'],
  );
});

test('the largest of many are kept in order, equal ones as they came', () => {
  const weights = Array.from({ length: 1000 }, (_, i) => (i * 7919) % 97);
  const top = new TopOf(20, (item) => weights[item]!);
  for (const item of weights.keys()) top.offer(item);
  const wanted = weights
    .map((weight, item) => ({ weight, item }))
    .sort((a, b) => b.weight - a.weight || a.item - b.item)
    .slice(0, 20);
  assert.deepEqual(
    top.items,
    wanted.map(({ item }) => item),
  );
});
