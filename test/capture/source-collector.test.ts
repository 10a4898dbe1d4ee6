import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { transformSync } from 'esbuild';
import { SourceCollector } from '../../src/capture/source-collector.ts';
import { startInspected } from './inspected-child.ts';

const MAP = {
  version: 3,
  sources: ['../src/a.ts'],
  sourcesContent: ['const secret = 1;'],
  names: [],
  mappings: 'AAAA',
};

function makeProgram(t: TestContext, files: Readonly<Record<string, string>>) {
  const root = mkdtempSync(join(tmpdir(), 'sources-test-'));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  const kept = join(root, 'kept');
  return { root, kept, collector: new SourceCollector({ pid: () => process.pid, folder: kept, onUnusable: () => {} }) };
}

const readKept = (folder: string, name: string | null) => JSON.parse(readFileSync(join(folder, name!), 'utf8'));

test('the map of a compiled TypeScript file is kept, without its text, with its package', async (t) => {
  const { kept, collector } = makeProgram(t, {});
  // This very test, as the compiler wrote it.
  const script = fileURLToPath(import.meta.url);
  const [record] = await collector.collect([import.meta.url]);
  assert.equal(record?.packageName, 'soak-profiler');
  assert.equal(record.packageRoot, process.cwd());
  const map = readKept(kept, record.mapFile);
  assert.deepEqual(map.sources, [join(process.cwd(), 'test/capture/source-collector.test.ts')]);
  assert.equal(map.sourcesContent, undefined);
  assert.equal(map.mappings, JSON.parse(readFileSync(`${script}.map`, 'utf8')).mappings);
  assert.equal(statSync(join(kept, record.mapFile!)).mode & 0o777, 0o600);
  assert.deepEqual(await collector.collect([import.meta.url]), [], 'each URL once');
});

test('inline maps, base64 or not, short or longer than the tail that is read first', async (t) => {
  const long = { ...MAP, mappings: 'AAAA;'.repeat(40_000) };
  const base64 = (map: object) => Buffer.from(JSON.stringify(map)).toString('base64');
  const { root, kept, collector } = makeProgram(t, {
    'dist/a.js': `code();\n//# sourceMappingURL=data:application/json;charset=utf-8;base64,${base64(MAP)}\n`,
    'dist/b.js': `code();\n//# sourceMappingURL=data:application/json;base64,${base64(long)}`,
    'dist/c.js': `code();\n//# sourceMappingURL=data:application/json,${encodeURIComponent(JSON.stringify(MAP))}\n`,
  });
  const records = await collector.collect(['a', 'b', 'c'].map((name) => join(root, `dist/${name}.js`)));
  const maps = records.map((record) => readKept(kept, record.mapFile));
  assert.deepEqual(maps[0].sources, [join(root, 'src/a.ts')]);
  assert.equal(maps[1].mappings, long.mappings);
  assert.equal(records[0]!.mapFile, records[2]!.mapFile, 'the same map is kept once');
  assert.equal(readdirSync(kept).length, 2);
  assert.ok(!readdirSync(kept).some((name) => readFileSync(join(kept, name), 'utf8').includes('secret')));
});

test('index maps, source roots and foreign schemes', async (t) => {
  const link = '//# sourceMappingURL=';
  const { root, kept, collector } = makeProgram(t, {
    'dist/index.js': `x\n${link}index.js.map`,
    'dist/index.js.map': JSON.stringify({ version: 3, sections: [{ offset: { line: 0, column: 0 }, map: MAP }] }),
    'dist/root.js': `x\n${link}maps/root%20one.map\n`,
    'dist/maps/root one.map': JSON.stringify({
      ...MAP,
      sourceRoot: '../../lib',
      sources: ['b.ts', 'webpack://app/c.ts'],
    }),
  });
  const [index, rooted] = await collector.collect([
    join(root, 'dist/index.js'),
    pathToFileURL(join(root, 'dist/root.js')).href,
  ]);
  const section = readKept(kept, index!.mapFile).sections[0].map;
  assert.deepEqual([section.sources, section.sourcesContent], [[join(root, 'src/a.ts')], undefined]);
  assert.deepEqual(readKept(kept, rooted!.mapFile).sources, [join(root, 'lib/b.ts'), 'webpack://app/c.ts']);
});

test('scripts without a map, with a broken one, and what is no file', async (t) => {
  const { root, kept, collector } = makeProgram(t, {
    'none.js': 'const text = "//# sourceMappingURL=x.map";\n',
    'broken.js': '//# sourceMappingURL=broken.js.map',
    'broken.js.map': '{"version":3,',
    'remote.js': '//# sourceMappingURL=https://example.org/remote.js.map',
  });
  const files = ['none.js', 'broken.js', 'remote.js', 'absent.js'].map((name) => join(root, name));
  const records = await collector.collect([
    ...files,
    '',
    'node:internal/fs',
    'evalmachine.<anonymous>',
    'wasm://wasm/1',
  ]);
  assert.deepEqual(
    records.map((record) => [record.url, record.mapFile]),
    files.map((file) => [file, null]),
  );
  assert.throws(() => readdirSync(kept), /ENOENT/);
});

test('the package is the nearest one with a name, inside of node_modules and out', async (t) => {
  const { root, collector } = makeProgram(t, {
    'package.json': '{"name":"shop","version":"2.0.0"}',
    'dist/esm/package.json': '{"type":"module"}',
    'dist/esm/a.js': '',
    'node_modules/@scope/dep/package.json': '{"name":"@scope/dep","version":"1.2.3"}',
    'node_modules/@scope/dep/lib/b.js': '',
    'node_modules/bare/c.js': '',
  });
  const names = ['dist/esm/a.js', 'node_modules/@scope/dep/lib/b.js', 'node_modules/bare/c.js'];
  const records = await collector.collect(names.map((name) => join(root, name)));
  assert.deepEqual(
    records.map(({ packageRoot, packageName, packageVersion }) => [packageRoot, packageName, packageVersion]),
    [
      [root, 'shop', '2.0.0'],
      [join(root, 'node_modules/@scope/dep'), '@scope/dep', '1.2.3'],
      [null, null, null],
    ],
  );
});

test('a script that was translated while it was loaded is looked up in the target', async (t) => {
  const loader = `
    process.setSourceMapsEnabled(true);
    const map = ${JSON.stringify({ ...MAP, sources: ['handler.ts'] })};
    const inline = '//# sourceMappingURL=data:application/json;base64,' + Buffer.from(JSON.stringify(map)).toString('base64');
    require.extensions['.ts'] = (module, file) => module._compile('exports.handle = () => 1;\\n' + inline, file);
    require('fs').writeFileSync(__dirname + '/handler.ts', 'export const handle = (): number => 1;');
    require('./handler.ts');
    setInterval(() => {}, 1000);
    console.log('ready');`;
  const target = await startInspected(t, loader);
  const script = join(target.folder, 'handler.ts');
  const kept = join(target.folder, 'kept');
  const collector = new SourceCollector({ pid: () => target.pid, folder: kept, onUnusable: () => {} });
  const records = await collector.collect([script]);
  assert.equal(records[0]?.mapFile, null);
  const [record] = await collector.addLoadedMaps(records, target.session);
  const map = readKept(kept, record!.mapFile);
  assert.deepEqual([map.sources, map.sourcesContent], [[script], undefined]);
});

test('with the map of a minified script its original names are kept, and no text; a script that is none costs its names only', async (t) => {
  const source = 'export function store(cache) {\n  return (id) => cache.set(id, "secret");\n}';
  const { code, map } = transformSync(source, { minify: true, sourcemap: 'external', format: 'cjs' });
  const link = (name: string) => `\n//# sourceMappingURL=${name}.js.map\n`;
  const { root, kept } = makeProgram(t, {
    'a.js': `${code}${link('a')}`,
    'a.js.map': map,
    'b.js': `this is no script${link('b')}`,
    'b.js.map': map,
  });
  const collector = new SourceCollector({
    pid: () => process.pid,
    folder: kept,
    onUnusable: assert.fail,
    names: true,
  });
  const records = await collector.collect(['a', 'b'].map((name) => join(root, `${name}.js`)));
  const [named, bare] = records.map((record) => readKept(kept, record.mapFile));
  assert.ok(named.originalNames.names.includes('cache'));
  assert.equal(JSON.stringify(named).includes('secret'), false);
  assert.equal(bare.originalNames, undefined);
  assert.equal(bare.mappings, named.mappings);
});

test('credentials in the addresses of sources, and names that are tokens, are not kept', async (t) => {
  const token = 'ghp_CaNary013abcdefghij0123456789XYZ';
  const map = {
    ...MAP,
    sourceRoot: `https://deploy:${token}@cdn.example/`,
    sources: [`../src/a.ts?token=${token}`, '../src/services/get-user-password.ts'],
    names: [token, 'hold', 'getUserPasswordResetTokenHandlerV2', 'session_token_for_user_of_tenant'],
  };
  const plain = { ...MAP, sources: [`../src/b.ts?token=${token}`, 'webpack://shop/./src/c.vue?91ab'] };
  const link = '//# sourceMappingURL=';
  const { root, kept, collector } = makeProgram(t, {
    'dist/a.js': `x\n${link}a.js.map`,
    'dist/a.js.map': JSON.stringify({ version: 3, sections: [{ offset: { line: 0, column: 0 }, map }] }),
    'dist/b.js': `x\n${link}b.js.map`,
    'dist/b.js.map': JSON.stringify(plain),
  });
  const records = await collector.collect(['a', 'b'].map((name) => join(root, `dist/${name}.js`)));
  const [a, b] = records.map(({ mapFile }) => readKept(kept, mapFile));
  assert.deepEqual(a.sections[0].map.sources, [
    'https://[redacted]@cdn.example/../src/a.ts?token=[redacted]',
    'https://[redacted]@cdn.example/../src/services/get-user-password.ts',
  ]);
  assert.deepEqual(a.sections[0].map.names, ['[redacted]', ...map.names.slice(1)]);
  assert.equal(a.sections[0].map.mappings, MAP.mappings);
  assert.deepEqual(b.sources, [join(root, 'src/b.ts?token=[redacted]'), 'webpack://shop/./src/c.vue?91ab']);
});

test('while large maps are read this thread goes on: a service that ends is released', async (t) => {
  const large = 'x'.repeat(2 * 1024 * 1024);
  const link = (name: string) => `exports.run = () => 1;\n//# sourceMappingURL=${name}.js.map\n`;
  const { root, kept } = makeProgram(t, {
    'a.js': link('a'),
    'a.js.map': JSON.stringify({ ...MAP, sourcesContent: [large] }),
    'b.js': link('b'),
    'b.js.map': large,
  });
  const unusable: string[] = [];
  const collector = new SourceCollector({
    pid: () => process.pid,
    folder: kept,
    onUnusable: (text) => unusable.push(text),
  });
  let turns = 0;
  const timer = setInterval(() => turns++, 1);
  const records = await collector.collect(['a', 'b'].map((name) => join(root, `${name}.js`)));
  clearInterval(timer);
  assert.ok(turns > 3, `${turns} turns of the event loop`);
  assert.deepEqual(readKept(kept, records[0]?.mapFile ?? '').sources, [join(root, MAP.sources[0]!)]);
  assert.equal(records[1]?.mapFile, null);
  assert.deepEqual([unusable.length, /its map is not JSON/.test(unusable[0] ?? '')], [1, true]);
});
