import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { transformSync } from 'esbuild';
import { createPlaceOf, toldFromFolder } from '../../src/cpu/place-of.ts';
import { packageInPath, relativePath, scriptPath } from '../../src/cpu/script-paths.ts';
import { originalNames } from '../../src/format/original-names.ts';
import type { PlaceOf } from '../../src/model/profiles.ts';
import type { ScriptRecord } from '../../src/model/run-manifest.ts';

const script = (url: string, changes: Partial<ScriptRecord> = {}): ScriptRecord => ({
  url,
  mapFile: null,
  packageRoot: '/srv/app',
  packageName: 'orders',
  packageVersion: '1.0.0',
  ...changes,
});

function at(placeOf: PlaceOf, url: string, code: string, needle: string, name: string): ReturnType<PlaceOf> {
  const offset = code.indexOf(needle);
  assert.ok(offset >= 0, `${needle} in ${code}`);
  const line0 = code.slice(0, offset).split('\n').length - 1;
  return placeOf(url, line0, offset - code.lastIndexOf('\n', offset) - 1, name);
}

test('a function of our own compiled output is placed in its TypeScript source', () => {
  const compiled = new URL('../../src/format/crc32.js', import.meta.url);
  const root = fileURLToPath(new URL('../../../', import.meta.url));
  const record = script(compiled.href, { mapFile: 'crc32.js.map', packageRoot: root });
  const placeOf = createPlaceOf(
    [record],
    new Map([['crc32.js.map', readFileSync(`${fileURLToPath(compiled)}.map`, 'utf8')]]),
  );
  const place = at(placeOf, compiled.href, readFileSync(compiled, 'utf8'), '(bytes, from', 'crc32');
  const source = readFileSync(`${root}src/format/crc32.ts`, 'utf8').split('\n');
  assert.equal(place?.file, 'src/format/crc32.ts');
  assert.equal(place?.package, null);
  assert.equal(place?.function, 'crc32');
  assert.match(source[(place?.line ?? 0) - 1] ?? '', /export function crc32/);
});

test('a variable of a module is placed where it begins, if the record knows its line', () => {
  const url = 'file:///srv/app/lib/store.mjs';
  const placeOf = createPlaceOf([script(url, { variables: { seen: 7 } })], new Map());
  const known = { file: 'lib/store.mjs', line: 7, column: 1, function: '', package: null };
  assert.deepEqual(placeOf(url, 0, 0, '', 'seen'), known);
  assert.equal(placeOf(url, 3, 4, 'open', 'other')?.line, 4);
  assert.equal(placeOf(url, 3, 4, 'open', 'constructor')?.line, 4);
});

test('minified names are given back, and only where the map means the function', () => {
  const source = [
    'export function computeTotals(items: number[], scale: number) {',
    '  const addScaled = (sum: number, item: number) => sum + item * scale;',
    '  return items.reduce(addScaled, 0);',
    '}',
    'export class Ledger { settle(amount: number) { return computeTotals([amount], 2); } }',
  ].join('\n');
  const { code, map } = transformSync(source, {
    loader: 'ts',
    minify: true,
    format: 'esm',
    sourcemap: true,
    sourcefile: '../src/totals.ts',
  });
  const url = '/srv/app/dist/totals.js';
  const placeOf = createPlaceOf([script(url, { mapFile: 'm' })], new Map([['m', map]]));
  const minified = /function (\w+)\(/.exec(code)?.[1] ?? '';
  assert.notEqual(minified, 'computeTotals');
  const place = at(placeOf, url, code, `${minified}(`, minified);
  assert.deepEqual([place?.file, place?.line], ['src/totals.ts', 1]);
  const atParameters = code.indexOf(`function ${minified}(`) + `function ${minified}`.length;
  assert.equal(placeOf(url, 0, atParameters, minified)?.function, 'computeTotals');
  const ledger = /class (\w+)/.exec(code)?.[1] ?? '';
  const ofLedger = code.indexOf(`class ${ledger}{`);
  assert.notEqual(ledger, 'Ledger');
  // The place of a class is its constructor, where the map has no name: what was found out with the text of the script tells.
  const originals = { ...JSON.parse(map), originalNames: originalNames(code, JSON.parse(map), url) };
  const withNames = createPlaceOf([script(url, { mapFile: 'm' })], new Map([['m', JSON.stringify(originals)]]));
  assert.equal(withNames(url, 0, ofLedger + `class ${ledger}{`.length, ledger)?.function, 'Ledger');
  assert.equal(withNames(url, 0, 0, ledger)?.function, ledger, 'another of that name');
  const method = code.indexOf('settle(') + 'settle'.length;
  assert.equal(placeOf(url, 0, method, 'settle')?.function, 'settle');
  assert.equal(placeOf(url, 0, method, 'settle')?.line, 5);
});

test('without a map, or with a broken one, the place is that in the script, counted from one', () => {
  const url = 'file:///srv/app/dist/a%20b.js';
  for (const maps of [new Map<string, string>(), new Map([['m', '{"version":3,"mapp']]), new Map([['m', 'null']])]) {
    const placeOf = createPlaceOf([script(url, { mapFile: 'm' })], maps);
    assert.deepEqual(placeOf(url, 9, 4, ''), {
      file: 'dist/a b.js',
      line: 10,
      column: 5,
      function: '(anonymous)',
      package: null,
    });
  }
});

test('packages: what lies in node_modules has its name and version, the application has none', () => {
  const maps = new Map([
    [
      'bundle',
      JSON.stringify({
        version: 3,
        sources: ['webpack://orders/./node_modules/left-pad/index.js', 'webpack://orders/./src/main.ts?1a2b'],
        names: [],
        mappings: 'AAAA,UCAA',
      }),
    ],
  ]);
  const placeOf = createPlaceOf(
    [
      script('/srv/app/node_modules/pg/lib/client.js', {
        packageRoot: '/srv/app/node_modules/pg',
        packageName: 'pg',
        packageVersion: '8.1.0',
      }),
      script('/srv/app/dist/bundle.js', { mapFile: 'bundle' }),
      script('/srv/libs/shared/src/x.js', { packageRoot: '/srv/libs/shared', packageName: '@own/shared' }),
    ],
    maps,
  );
  const placeAndPackage = (url: string, column0 = 0): unknown[] => {
    const place = placeOf(url, 0, column0, 'f');
    return [place?.file, place?.package];
  };
  assert.deepEqual(placeAndPackage('/srv/app/node_modules/pg/lib/client.js'), ['lib/client.js', 'pg@8.1.0']);
  assert.deepEqual(placeAndPackage('/srv/app/dist/bundle.js'), ['node_modules/left-pad/index.js', 'left-pad']);
  assert.deepEqual(placeAndPackage('/srv/app/dist/bundle.js', 12), ['src/main.ts', null]);
  assert.deepEqual(placeAndPackage('/srv/libs/shared/src/x.js'), ['src/x.js', null]);
  assert.deepEqual(placeAndPackage('/opt/node_modules/@scope/x/a.js'), ['/opt/node_modules/@scope/x/a.js', '@scope/x']);
  assert.deepEqual(placeAndPackage('node:internal/timers'), ['node:internal/timers', null]);
  assert.equal(placeOf('', -1, -1, '(idle)'), null);
});

test('paths', () => {
  assert.equal(scriptPath('file:///C:/srv/a.js'), 'C:/srv/a.js');
  assert.equal(scriptPath('file:///srv/%zz.js'), '/srv/%zz.js');
  assert.equal(relativePath('/srv/app/', '/srv/shared/./x/../b.ts'), '../shared/b.ts');
  assert.equal(relativePath('/srv/app', '/opt/b.ts'), '/opt/b.ts');
  assert.equal(packageInPath('/a/node_modules/.pnpm/pg@8.1.0/node_modules/pg/lib/x.js'), 'pg');
});

test('a program without package.json is told from the folder that it runs in', () => {
  const own = script('file:///srv/app/lib/cache.js', { packageRoot: null, packageName: null, packageVersion: null });
  const elsewhere = { ...own, url: 'file:///opt/shared/cache.js' };
  const placeOf = createPlaceOf(toldFromFolder([own, elsewhere], '/srv/app'), new Map());
  assert.equal(placeOf(own.url, 3, 0, 'get')?.file, 'lib/cache.js');
  assert.equal(placeOf(elsewhere.url, 3, 0, 'get')?.file, '/opt/shared/cache.js');
  assert.deepEqual(toldFromFolder([own], '/'), [own]);
});
