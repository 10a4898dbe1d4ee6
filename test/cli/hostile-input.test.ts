import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { runCli } from '../helpers/run-cli.ts';

/** The whole tool may not grow beyond this for a file that is no snapshot; half of it is V8's own at the start. */
const HEAP_MB = '--max-old-space-size=300';

function folderOf(t: TestContext, files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'hostile-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return folder;
}

const callFrame = (functionName: string, url: string) => ({
  functionName,
  scriptId: '1',
  url,
  lineNumber: 0,
  columnNumber: 0,
});
const profileOf = (url: string): string =>
  JSON.stringify({
    nodes: [
      { id: 1, callFrame: callFrame('(root)', ''), hitCount: 0, children: [2] },
      { id: 2, callFrame: callFrame('work', url), hitCount: 2, children: [] },
    ],
    startTime: 0,
    endTime: 1000,
    samples: [2, 2],
    timeDeltas: [0, 500],
  });

const MAP = { version: 3, sources: ['a.ts'], names: [], mappings: 'AAAA' };
const BAD_MAPS: Readonly<Record<string, unknown>> = {
  'a section at line 300,000,000': { version: 3, sections: [{ offset: { line: 3e8, column: 0 }, map: MAP }] },
  'sections inside of sections': Array.from({ length: 50 }).reduce(
    (map) => ({ version: 3, sections: [{ offset: { line: 0, column: 0 }, map }] }),
    MAP as unknown,
  ),
  'sections that add up': {
    version: 3,
    sections: [0, 1, 2, 3].map((line) => ({
      offset: { line: line * 300_000, column: 0 },
      map: { ...MAP, mappings: ';'.repeat(300_000) },
    })),
  },
  'three million lines': { ...MAP, mappings: ';'.repeat(3e6) },
  'three million mappings': { ...MAP, mappings: 'A,'.repeat(3e6) },
  'a section without an end of its own': { version: 3, sections: [{ offset: { line: '9', column: 0 }, map: MAP }] },
  'a mapping to a source that is not there': { ...MAP, mappings: 'AgggB,A' },
  'a source that is a number': { ...MAP, sources: [7] },
};

for (const [what, map] of Object.entries(BAD_MAPS)) {
  test(`a source map with ${what} is left out and told`, async (t) => {
    const folder = folderOf(t, {
      'app.js': 'function work(){}\n//# sourceMappingURL=app.js.map\n',
      'app.js.map': JSON.stringify(map),
    });
    writeFileSync(join(folder, 'p.cpuprofile'), profileOf(pathToFileURL(join(folder, 'app.js')).href));
    const { code, stderr } = await runCli(['flame', 'p.cpuprofile'], {
      cwd: folder,
      env: { NODE_OPTIONS: HEAP_MB },
    });
    assert.equal(code, 0, stderr);
    if (what !== 'a mapping to a source that is not there')
      assert.match(stderr, /the source map of .*app\.js is left out: /);
  });
}

const K6 = (value: string): string =>
  `{"metric":"http_req_duration","type":"Point","data":{"time":"2026-03-01T10:00:00Z","value":${value},"tags":{"name":"home","status":"200"}}}\n`;

test('k6 samples with numbers that cannot be are damage, and the rest is imported', async (t) => {
  const strange = ['1e308', '-1', '1e999', '"x"', 'null'].map(K6).join('');
  const folder = folderOf(t, { 'good.json': K6('12') + strange, 'bad.json': strange });
  const good = await runCli(['import', 'good.json', '--out', 'run'], { cwd: folder });
  assert.equal(good.code, 0, good.stderr);
  const bad = await runCli(['import', 'bad.json', '--out', 'run2'], { cwd: folder });
  assert.equal(bad.code, 2, bad.stderr);
  assert.match(bad.stderr, /an impossible duration or count/);
});

const YAMLS: Readonly<Record<string, readonly [text: string, says: RegExp]>> = {
  'an alias of nothing': ['x: 1\ny: *u', /:2:4.* alias \*u stands for nothing/],
  'an alias inside of itself': ['a: &a [*a]', /alias/],
  'aliases of aliases of aliases': [
    `a: &a [x,x,x,x,x,x,x,x,x]\n${[...'bcdefghij'].map((name, i) => `${name}: &${name} [${new Array(9).fill(`*${'abcdefghij'[i]}`).join(',')}]`).join('\n')}`,
    /alias/i,
  ],
  'lists 100,000 deep': [`x: ${'['.repeat(100_000)}`, /more than 100 deep/],
  'a million keys': [Array.from({ length: 1e6 }, (_, i) => `k${i}: 1`).join('\n'), /characters, more than/],
  '60,000 keys': [Array.from({ length: 60_000 }, (_, i) => `k${i}: 1`).join('\n'), /parts|unknown key/],
  'a variable that never ends': [
    `name: x\nload: { model: closed, users: 1 }\ntasks:\n  - request: { path: "/${'{{'.repeat(200_000)}" }`,
    /without `\}\}`/,
  ],
};

for (const [what, [text, says]] of Object.entries(YAMLS)) {
  test(`a scenario with ${what} ends with exit code 2`, { timeout: 60_000 }, async (t) => {
    const folder = folderOf(t, { 's.yaml': text });
    const { code, stderr } = await runCli(['load', 's.yaml', '--url', 'http://127.0.0.1:1'], {
      cwd: folder,
      env: { NODE_OPTIONS: HEAP_MB },
    });
    assert.equal(code, 2, stderr.slice(0, 2000));
    assert.match(stderr, says);
  });
}

test('a metric with the name of what every object has is no limit', async (t) => {
  const folder = folderOf(t, {
    's.yaml':
      'name: x\nload: { model: closed, users: 1 }\ntasks: [ { request: { path: / } } ]\nthresholds: { "*": [ "constructor<5", "__proto__<5" ] }\n',
  });
  const { code, stderr } = await runCli(['load', 's.yaml', '--url', 'http://127.0.0.1:1'], { cwd: folder });
  assert.equal(code, 2, stderr);
  assert.match(stderr, /`constructor` is no metric/);
});

const IMPORTS: Readonly<Record<string, () => Uint8Array>> = {
  'gzip of 300 MB of blanks': () => gzipSync(Buffer.concat([Buffer.from('{'), Buffer.alloc(300e6, ' ')]), { level: 9 }),
  'one line of 60 MB': () => Buffer.from(`metric_name,timestamp,metric_value\n${'a,'.repeat(30e6)}`),
  'one quoted cell of 60 MB': () => Buffer.from(`metric_name,timestamp,metric_value\n"${'a""'.repeat(20e6)}`),
  'three million keys': () => Buffer.from(`{${Array.from({ length: 3e6 }, (_, i) => `"k${i}":1`).join(',')}}`),
  'lists 1,000,000 deep': () => Buffer.from(`{"a":${'['.repeat(1e6)}${']'.repeat(1e6)}}`),
};

for (const [what, content] of Object.entries(IMPORTS)) {
  test(`importing ${what} is refused with exit code 2, in bounded memory`, { timeout: 120_000 }, async (t) => {
    const folder = folderOf(t, { 'results.json': content() });
    const { code, stderr } = await runCli(['import', 'results.json', '--out', 'run'], {
      cwd: folder,
      env: { NODE_OPTIONS: HEAP_MB },
    });
    assert.equal(code, 2, stderr.slice(0, 2000));
    assert.doesNotMatch(stderr, /defect/);
  });
}

test('a .cpuprofile of ten million empty objects is refused before it is parsed', async (t) => {
  const folder = folderOf(t, { 'p.cpuprofile': `{"nodes":[${'{},'.repeat(1e7)}{}]}` });
  const { code, stderr } = await runCli(['flame', 'p.cpuprofile'], { cwd: folder, env: { NODE_OPTIONS: HEAP_MB } });
  assert.equal(code, 2, stderr);
  assert.match(stderr, /would take .* of memory/);
});

test('a defect of the tool ends with exit code 70, whatever way it comes', () => {
  const main = new URL('../../src/cli/main.js', import.meta.url).href;
  const defects = {
    'an exception that nobody catches': 'throw new Error("planted");',
    'a rejection that nobody waits for': 'clearInterval(timer); Promise.reject(new Error("planted"));',
  };
  for (const [what, code] of Object.entries(defects)) {
    // It happens as soon as the tool has begun.
    const script = `process.argv = [process.execPath, 'profiler', '--version']; const timer = setInterval(() => { if (process.listenerCount('uncaughtException') > 0) { ${code} } }, 1); await import(${JSON.stringify(main)});`;
    const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
    assert.equal(status, 70, `${what}: ${stderr}`);
    assert.match(stderr, /defect of the tool itself/);
  }
});
