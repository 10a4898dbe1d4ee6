import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { transformSync } from 'esbuild';
import { CallCounter } from '../../src/capture/call-counter.ts';
import { readCodeOfScripts } from '../../src/capture/code-reader.ts';
import { measureRoundTrip } from '../../src/capture/measure-cost.ts';
import { readTranslated } from '../../src/capture/translated-scripts.ts';
import { formatCodeOfRun, parseCodeOfRun } from '../../src/format/code-file.ts';
import { startInspected } from './inspected-child.ts';

const STORE = `type Order = { readonly id: number };
const orders: Map<number, Order> = new Map();
export function keep(order: Order): void {
  const password = 'sk_live_51H8xkEGqT2aB3cD4eF5gH6iJ7';
  orders.set(order.id, order);
}
`;

function writeFiles(t: TestContext, files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'code-test-'));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  return root;
}

const read = (urls: readonly string[], more: Partial<Parameters<typeof readCodeOfScripts>[0]> = {}) =>
  readCodeOfScripts({ urls, root: '', translated: new Map(), counts: null, nowMs: () => 0, ...more });

test('of compiled scripts the lines of the source are kept, of what is no JavaScript nothing', async (t) => {
  const { code, map } = transformSync(STORE, {
    loader: 'ts',
    sourcemap: true,
    sourcefile: '../src/store.ts',
    minify: true,
  });
  const root = writeFiles(t, {
    'src/store.ts': STORE,
    'dist/store.js': `${code}//# sourceMappingURL=store.js.map\n`,
    'dist/store.js.map': map,
    'dist/broken.js': 'function (',
  });
  const kept = await read([join(root, 'dist/broken.js'), join(root, 'dist/store.js'), join(root, 'dist/gone.js')]);
  assert.deepEqual(
    kept.scripts.map(({ url }) => url),
    [join(root, 'dist/store.js')],
  );
  const [statement] = kept.scripts[0]!.statements.filter(({ how }) => how === 'set');
  assert.equal(statement?.text.excerpt, 'orders.set(order.id, order);');
  assert.deepEqual([statement.text.first, statement.text.lines.length], [3, 5]);
  assert.ok(!JSON.stringify(kept).includes('sk_live_'), 'the password of the line before is taken out');
  assert.deepEqual(parseCodeOfRun(formatCodeOfRun(kept)), kept);
});

test('the scripts of the service are read before those of packages, for as long as there is time', async (t) => {
  const text = 'const all = [];\nexports.keep = (one) => all.push(one);\n';
  const root = writeFiles(t, { 'node_modules/a/index.js': text, 'own.js': text, 'other.js': text });
  let asked = 0;
  const urls = ['node_modules/a/index.js', 'own.js', 'other.js'].map((name) => join(root, name));
  const kept = await read(urls, { nowMs: () => (asked++ < 3 ? 0 : 1e9) });
  assert.deepEqual(
    kept.scripts.map(({ url }) => url),
    urls.slice(1),
  );
  assert.equal(kept.leftOut, 1);
});

test('a script that would not fit into the memory that is left is not parsed', async (t) => {
  const text = 'const all = [];\nexports.keep = (one) => all.push(one);\n';
  const root = writeFiles(t, { 'bundle.js': `${text}/*${'-'.repeat(1e6)}*/`, 'own.js': text });
  const urls = ['bundle.js', 'own.js'].map((name) => join(root, name));
  const kept = await read(urls, { roomBytes: () => 60e6 });
  assert.deepEqual([kept.scripts.map(({ url }) => url), kept.leftOut], [urls.slice(1), 1]);
  assert.equal((await read(urls, { roomBytes: () => 100e6 })).scripts.length, 2);
});

test('calls are counted by function, and nothing of the counting stays behind', async (t) => {
  const program = `globalThis.run = (times) => { for (let i = 0; i < times; i++) used(i); };
const kept = new Set();
function used(i) { kept.add(i); }
function unused(i) { kept.delete(i); }
module.exports = { unused };
setInterval(() => {}, 1000);
console.log('ready');
`;
  const { session, folder, connect } = await startInspected(t, program);
  const counting = await connect();
  t.after(() => counting.disconnect());
  const counter = new CallCounter(counting, measureRoundTrip({ monoMs: () => 0, wallMs: () => 0 }));
  await counter.start();
  await session.evaluate('run(7)');
  const { value: scripts } = await counter.stop();
  const file = join(folder, 'service.cjs');
  const kept = await read([file], { counts: { scripts, startMonoMs: 0, durationMs: 1 } });
  const runs = new Map(kept.scripts[0]?.functions.map((one) => [one.name, one.runs]));
  assert.deepEqual([runs.get('used'), runs.get('unused')], [7, 0]);
  await counting.call('Profiler.enable');
  await assert.rejects(counting.call('Profiler.takePreciseCoverage'), /not been started/);
});

test('a script that was translated while it was loaded is asked of the target', async (t) => {
  const { code } = transformSync(STORE, { loader: 'ts', format: 'cjs' });
  const program = `const fs = require('node:fs');
const file = require('node:path').join(__dirname, 'store.ts');
fs.writeFileSync(file, ${JSON.stringify(STORE)});
require.extensions['.ts'] = (module, name) => module._compile(${JSON.stringify(code)}, name);
require(file);
setInterval(() => {}, 1000);
console.log('ready');
`;
  const { session, folder } = await startInspected(t, program);
  const file = join(folder, 'store.ts');
  const translated = await readTranslated(session, [file]);
  const kept = await read([file], { translated });
  assert.ok(kept.scripts[0]?.statements.some(({ how }) => how === 'set'));
  // The debugger is off again: it would tell of scripts otherwise.
  let told = 0;
  session.on('Debugger.scriptParsed', () => told++);
  await session.evaluate('new Function("return 1")()');
  assert.equal(told, 0);
});

test('a debugger statement of the program pauses nothing while translated scripts are read', async (t) => {
  const { code } = transformSync(STORE, { loader: 'ts', format: 'cjs' });
  const program = `const fs = require('node:fs');
const file = require('node:path').join(__dirname, 'store.ts');
require.extensions['.ts'] = (module, name) => module._compile(${JSON.stringify(code)}, name);
fs.writeFileSync(file, '');
require(file);
(function turn() { debugger; setImmediate(turn); })();
console.log('ready');
`;
  const { session, folder } = await startInspected(t, program);
  let pauses = 0;
  session.on('Debugger.paused', () => pauses++);
  const translated = await readTranslated(session, [join(folder, 'store.ts')]);
  assert.equal(translated.size, 1);
  assert.equal(pauses, 0);
});
