import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type ScriptLines, scanScript } from '../../src/capture/scan-script.ts';

function scan(t: TestContext, lines: readonly string[]): ScriptLines {
  const folder = mkdtempSync(join(tmpdir(), 'scan-test-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'a.mjs');
  writeFileSync(file, lines.join('\n'));
  return scanScript(file);
}

test('variables of a module that may hold much, by their lines', (t) => {
  const { variables } = scan(t, [
    "import { Cache } from './cache.mjs';",
    'export const seen = new Set();',
    'const byId = {};',
    'let recent: string[] = [];',
    "const fs = require('node:fs');",
    'const LIMIT = 500;',
    'const add = (key) => seen.add(key);',
    'exports.sessions = new Map();',
    'module.exports.größe = createStore();',
    'function make() {',
    '  const inner = new Map();',
    '}',
    'var seen = [];',
  ]);
  assert.deepEqual(variables, { seen: 2, byId: 3, recent: 4, sessions: 8, größe: 9 });
});

test('a variable goes by the name that it is exported by', (t) => {
  const { variables } = scan(t, [
    'const visited = new Map();',
    'const seen = new Map();',
    'const lost = await open();',
    'export {',
    '  visited as seen,',
    '  unknown as lost,',
    '};',
    'export default createStore();',
  ]);
  assert.deepEqual(variables, { visited: 1, seen: 1, default: 8 });
});

test('lines that call JSON; none of a bundle in one line, none of what cannot be read', (t) => {
  const json = 'const a = JSON.parse(text);';
  assert.deepEqual(scan(t, ['', json, 'x', ` return JSON . stringify (x)`]).jsonLines, [2, 4]);
  assert.deepEqual(scan(t, [json.repeat(100)]), { jsonLines: [], variables: {} });
  assert.deepEqual(scanScript('/nowhere/a.mjs'), { jsonLines: [], variables: {} });
});
