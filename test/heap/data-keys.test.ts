import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isDataKey } from '../../src/heap/data-keys.ts';
import { runCli } from '../helpers/run-cli.ts';
import { takeSnapshots } from './take-snapshots.ts';

const KEYS = [
  '9f86d081884c7d659a2feaa0c55ad015',
  'joe.smith@corp.example',
  'Zk3hQ9xT1bV7mL0pR5sW8yAc',
  'sess:3f2504e0-4f89-41d3-9a0c-0305e82c3301',
  '4111111111111111',
  '+4915123456789',
  '10.20.30.40',
];

test('a key that can only be data is told from the name of a property', () => {
  for (const key of KEYS) {
    assert.ok(isDataKey(key), key);
    assert.ok(isDataKey(`list_${key}`), `list_${key}`);
  }
  const names =
    'id url captureId x509Certificate sha256 base64ToUtf8 utf8mb4_general_ci content-type @context $ref user_2fa_enabled getUserPasswordResetTokenHandler2 _events 0.5 1.10.0 :status @scope/name sha512-256';
  for (const name of names.split(' ')) assert.ok(!isDataKey(name), name);
});

test('keys of a small dictionary stand nowhere: not in shapes, holders, paths or classes', async (t) => {
  const program = {
    // The last key has no form of its own: it is data because the others are.
    setUp: `const keys = ${JSON.stringify([...KEYS, 'hunter2Password'])}; const byKey = Object.create(null);
for (const key of keys) byKey[key] = [];`,
    request: 'byKey[keys[i % keys.length]].push({ order: "o" + i, lines: new Array(20).fill(i) });',
  };
  const files = await takeSnapshots(t, program);
  const [first = '', last = ''] = [files[0], files.at(-1)];
  const outputs = await Promise.all([
    runCli(['heap', 'diff', ...files, '--requests', '500,500']),
    runCli(['heap', 'diff', first, last, '--json']),
    runCli(['heap', 'summary', last]),
  ]);
  for (const { stdout } of outputs)
    for (const key of [...KEYS, 'hunter2Password']) assert.ok(!stdout.includes(key), `${key}\n${stdout}`);
  const [diff] = outputs;
  assert.match(diff?.stdout ?? '', /`byKey`: Object \{<key>, …\}/);
  assert.match(diff?.stdout ?? '', /^1\. Object \{.*held by Array `<key>` of `byKey`/m);
  assert.equal(diff?.stdout.match(/of `byKey`/g)?.length, 1, `one dictionary, one suspect:\n${diff?.stdout}`);
});
