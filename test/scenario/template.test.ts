import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileRequest } from '../../src/scenario/compile-request.ts';
import { parseJsonPath, valueAt } from '../../src/scenario/json-path.ts';
import { seededRandom } from '../../src/scenario/random.ts';
import { compileTemplate, type TemplateContext } from '../../src/scenario/template.ts';

function contextOf(variables: Record<string, string> = {}): TemplateContext {
  let sequence = 0;
  return {
    random: seededRandom(7),
    nextSequence: () => ++sequence,
    newUuid: () => 'b1a7e8c0-0000-4000-8000-000000000000',
    run: 'r1',
    nowMs: () => 1_700_000_000_000,
    user: 3,
    variables,
  };
}

test('templates render their functions and variables', () => {
  const context = contextOf({ token: 'abc' });
  const render = (text: string): string => compileTemplate(text).render(context);
  assert.equal(render('plain'), 'plain');
  assert.equal(render('Bearer {{ token }}'), 'Bearer abc');
  assert.equal(render('{{sequence}}-{{sequence}}/{{user}}@{{now}}'), '1-2/3@1700000000000');
  assert.equal(render('{{run}}/{{uuid}}'), 'r1/b1a7e8c0-0000-4000-8000-000000000000');
  assert.equal(render('{{missing}}'), '');
});

test('random covers both ends and nothing else', () => {
  const context = contextOf();
  const template = compileTemplate('{{random(-1,2)}}');
  const seen = new Set(Array.from({ length: 500 }, () => template.render(context)));
  assert.deepEqual([...seen].sort(), ['-1', '0', '1', '2']);
});

test('what cannot be compiled is said', () => {
  assert.match(String(compileTemplate('{{random(1)}}').problems[0]), /neither a variable/);
  assert.match(String(compileTemplate('{{random(5,1)}}').problems[0]), /lower end/);
  assert.match(String(compileTemplate('{{token').problems[0]), /without/);
});

test('a request is rendered with its base path, escaped JSON and fixed parts kept', () => {
  const render = compileRequest(
    {
      name: 'a',
      method: 'POST',
      path: '/a/{{sequence}}',
      headers: { authorization: 'Bearer {{token}}', 'x-fixed': '1' },
      body: { json: { quoted: 'v={{token}}', n: 5, id: '{{ number(random(4,4)) }}' } },
    },
    '/api/',
  );
  assert.deepEqual(render(contextOf({ token: 'a"\\b' })), {
    method: 'POST',
    path: '/api/a/1',
    headers: { 'content-type': 'application/json', 'x-fixed': '1', authorization: 'Bearer a"\\b' },
    body: '{"quoted":"v=a\\"\\\\b","n":5,"id":4}',
  });
});

test('a request without templates is made once', () => {
  const render = compileRequest({ name: 'a', method: 'GET', path: '/', headers: {}, body: null }, '');
  assert.equal(render(contextOf()), render(contextOf()));
});

test('JSON paths', () => {
  const document = { a: { 'odd key': [{ id: 7 }] }, n: null };
  const read = (path: string): unknown => valueAt(document, parseJsonPath(path) ?? ['none']);
  assert.equal(read('$.a["odd key"][0].id'), 7);
  assert.equal(read('$.a.b.c'), undefined);
  assert.equal(read('$.n'), null);
  assert.equal(read('$'), document);
  assert.equal(read('$.toString'), undefined);
  for (const wrong of ['a.b', '$.', '$..a', '$[*]', '$.a[', '']) assert.equal(parseJsonPath(wrong), null, wrong);
});
