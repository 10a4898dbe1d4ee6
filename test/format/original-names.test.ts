import assert from 'node:assert/strict';
import { test } from 'node:test';
import { transformSync } from 'esbuild';
import { originalNames } from '../../src/format/original-names.ts';
import { type ReadNames, readNames } from '../../src/model/original-names.ts';

function namesOf(source: string, { names = true } = {}): ReadNames & { readonly code: string } {
  const { code, map } = transformSync(source, {
    minify: true,
    sourcemap: 'external',
    sourcefile: 'store.js',
    format: 'cjs',
  });
  const parsed = JSON.parse(map) as { names: string[]; mappings: string };
  const known = names ? parsed : { ...parsed, names: parsed.names.map(() => 'no name!') };
  const read = readNames(originalNames(code, known, '/srv/bundle.js'));
  assert.ok(read, 'nothing was renamed');
  return { ...read, code };
}

/** The scopes by the names that the source has. */
function scopesOf({ scopes }: ReadNames): string[] {
  return scopes.map(({ functionName, isModule, isClass, variables }) => {
    const owner = isModule ? 'module' : `${isClass ? 'class ' : ''}${functionName ?? '(anonymous)'}`;
    return `${owner}: ${variables.map(({ name }) => name ?? '?').join(' ')}`;
  });
}

const STORE = `
export function debounce(send, waitMs) {
  const cache = new Map();
  let timer = null;
  return function later(key) {
    cache.set(key, (timer = setTimeout(() => send(key), waitMs)));
  };
}
export class Registry {
  #entries = new Map();
  static #count = 0;
  add(entry) { this.#entries.set(entry.id, entry); Registry.#count++; }
}
export const byUser = new Map();
export function keep(user, { id = byUser.size } = {}) {
  for (const tag of user.tags) {
    const stamp = Date.now();
    byUser.set(tag, () => [stamp, id]);
  }
}`;

for (const names of [true, false]) {
  test(`variables by their scopes and original names, ${names ? 'by the names of the map' : 'by the text of the source'}`, () => {
    const found = namesOf(STORE, { names });
    const scopes = scopesOf(found);
    for (const scope of ['debounce: send waitMs cache timer', 'later: key', 'class Registry: Registry #entries #count'])
      assert.ok(scopes.includes(scope), `${scope} is not among ${scopes.join('; ')}`);
    assert.ok(
      scopes.some((scope) => /^module: .*byUser/.test(scope)),
      scopes.join('; '),
    );
    assert.ok(
      scopes.some((scope) => /^keep: .*stamp/.test(scope)),
      scopes.join('; '),
    );
    const functions = found.functions.map(({ name }) => name);
    for (const name of ['debounce', 'later', 'Registry', 'keep'])
      assert.ok(functions.includes(name), `${name} is not among ${functions.join(', ')}`);
  });
}

test('the place of a function is where V8 says that it is', () => {
  const { code, functions } = namesOf(STORE);
  const debounce = functions.find(({ name }) => name === 'debounce')!;
  assert.equal(code.split('\n')[debounce.start.line0]![debounce.start.column0], '(');
});

test('one letter in many scopes means what each of them declares', () => {
  const found = namesOf(`
    export const outer = (first) => { const kept = [first]; return (second) => { kept.push(second); return () => [second, kept]; }; };
    export const other = (alpha) => { const pool = new Set([alpha]); return (beta) => pool.add(beta); };`);
  const scopes = scopesOf(found);
  assert.ok(scopes.includes('outer: kept'), scopes.join('; '));
  assert.ok(scopes.includes('other: pool'), scopes.join('; '));
  assert.ok(scopes.includes('(anonymous): second'), scopes.join('; '));
});

test('what is not renamed has no names to keep, and what is no list of ours is not read', () => {
  const source = 'const kept = new Map(); exports.keep = (id) => kept.set(id, 1);';
  const { code, map } = transformSync(source, { sourcemap: 'external', sourcefile: 'a.js' });
  assert.equal(originalNames(code, JSON.parse(map), '/srv/a.js'), null);
  const good = originalNames('const a=1;exports.f=()=>a', mapOf('kept', 6), '/srv/a.js')!;
  assert.ok(readNames(good));
  for (const bad of [null, 3, {}, { ...good, scopes: [1] }, { ...good, scopes: ['a'] }, { ...good, names: [] }])
    assert.equal(readNames(bad), null);
  const huge = [...good.scopes.slice(0, 7), 4_000_000_000];
  assert.equal(readNames({ ...good, scopes: huge }), null);
});

/** A map with one name, at a column of the first line. */
function mapOf(name: string, column: number): unknown {
  const digit = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdef'[column * 2];
  return { version: 3, sources: ['a.js'], names: [name], mappings: `${digit}AAAA` };
}

test('names of a map that are no names are left out', () => {
  assert.equal(originalNames('const a=1;exports.f=()=>a', mapOf('<script>', 6), '/srv/a.js'), null);
  assert.equal(originalNames('const a=1;exports.f=()=>a', mapOf('x'.repeat(101), 6), '/srv/a.js'), null);
});

test('code that is nested too deep is refused by an error that can be caught', () => {
  const deep = `exports.f=${'['.repeat(200_000)}${']'.repeat(200_000)}`;
  assert.throws(() => originalNames(deep, mapOf('kept', 1), '/srv/a.js'));
});
