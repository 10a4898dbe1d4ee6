import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { interopPackage } from '../helpers/interop-packages.ts';
import { nodeVersion } from '../helpers/node-versions.ts';
import { runCli } from '../helpers/run-cli.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

/** `hot` stands on line 2, its name at column 10; it keeps some of what it allocates. */
const PROGRAM = `const kept = (globalThis.kept = []);
function hot(n) { if (n % 50 === 0) kept.push({ text: 'kept ' + n, more: new Array(200).fill(n) }); return n < 2 ? 1 : Math.sqrt(n) + hot(n - 1); }
function run(ms) { const end = performance.now() + ms; while (performance.now() < end) { hot(400); if (kept.length > 3000) kept.length = 2000; } }
`;

function program(t: TestContext, tail = 'run(600);\n'): string {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, 'program.cjs'), PROGRAM + tail);
  return folder;
}

function node(folder: string, words: readonly string[], binary = process.execPath): string {
  const { status, stdout, stderr } = spawnSync(binary, words, { cwd: folder, encoding: 'utf8', maxBuffer: 1 << 28 });
  assert.equal(status, 0, stderr);
  return stdout;
}

/** The file drawn as collapsed stacks: `hot` must stand at its line. */
async function assertHot(folder: string, file: string): Promise<void> {
  const { code, stderr } = await runCli(['flame', file, '--format', 'collapsed', '--out', 'x.txt', '--force'], {
    cwd: folder,
  });
  assert.equal(code, 0, stderr);
  assert.match(readFileSync(join(folder, 'x.txt'), 'utf8'), /(?:^|;)hot \([^()]*program\.cjs:2\)/m, file);
}

const only = (folder: string, ending: string): string =>
  readdirSync(folder).find((name) => name.endsWith(ending)) ?? '';

// Node 20 names no file of the program in what --heap-prof writes.
const heapProfNode = nodeVersion(22);

test('node --heap-prof', { skip: heapProfNode.skip }, async (t) => {
  const folder = program(t);
  node(folder, ['--heap-prof', '--heap-prof-interval=16384', 'program.cjs'], heapProfNode.binary);
  await assertHot(folder, only(folder, '.heapprofile'));
});

test('node --cpu-prof and --prof', async (t) => {
  const folder = program(t);
  node(folder, ['--cpu-prof', 'program.cjs']);
  await assertHot(folder, only(folder, '.cpuprofile'));
  node(folder, ['--prof', 'program.cjs']);
  const log = only(folder, '-v8.log');
  const unprocessed = await runCli(['flame', log], { cwd: folder });
  assert.equal(unprocessed.code, 2);
  assert.match(unprocessed.stderr, /node --prof-process --preprocess -j isolate/);
  writeFileSync(join(folder, 'prof.json'), node(folder, ['--prof-process', '--preprocess', '-j', log]));
  await assertHot(folder, 'prof.json');
});

test('node --heapsnapshot-near-heap-limit: its files are compared in the order in which they were written', async (t) => {
  const folder = program(
    t,
    'const all = []; setInterval(() => { for (let n = 0; n < 20; n += 1) all.push(new Array(5000).fill(n)); }, 1);\n',
  );
  // It dies of its heap, as it should.
  spawnSync(process.execPath, ['--max-old-space-size=24', '--heapsnapshot-near-heap-limit=2', 'program.cjs'], {
    cwd: folder,
  });
  const names = readdirSync(folder)
    .filter((name) => name.endsWith('.heapsnapshot'))
    .sort();
  assert.equal(names.length, 2);
  const { code, stdout, stderr } = await runCli(['heap', 'diff', ...names.toReversed(), '--classes', '--json'], {
    cwd: folder,
  });
  assert.equal(code, 0, stderr);
  assert.match(stderr, new RegExp(`in the order of the times in their names: ${names.join(', ')}`));
  assert.deepEqual(
    JSON.parse(stdout).snapshots.map(({ file }: { file: string }) => file),
    names,
  );
});

for (const major of [20, 22, 24]) {
  const { binary, skip: noNode } = nodeVersion(major);
  const profiler = interopPackage('v8-profiler-next', major);
  test(`v8-profiler-next on Node ${major}: both types, at the line where the function stands`, {
    skip: profiler.skip || noNode,
  }, async (t) => {
    const folder = program(
      t,
      `const profiler = require(${JSON.stringify(profiler.path)});
       for (const type of [0, 1]) {
         profiler.setGenerateType(type);
         profiler.startProfiling('x', true);
         run(300);
         require('fs').writeFileSync('type' + type, JSON.stringify(profiler.stopProfiling('x')));
       }\n`,
    );
    node(folder, ['program.cjs'], binary);
    for (const name of ['type0', 'type1']) await assertHot(folder, name);
  });
  const heapdump = interopPackage('heapdump', major);
  test(`heapdump on Node ${major}: its snapshot is read`, { skip: heapdump.skip || noNode }, async (t) => {
    const folder = program(
      t,
      `class Order {} const orders = Array.from({ length: 500 }, () => new Order()); globalThis.orders = orders;
       require(${JSON.stringify(heapdump.path)}).writeSnapshot((error, file) => { if (error) throw error; console.log(file); });\n`,
    );
    const file = node(folder, ['program.cjs'], binary).trim();
    const { code, stdout, stderr } = await runCli(['heap', 'summary', file, '--json'], { cwd: folder });
    assert.equal(code, 0, stderr);
    assert.equal(JSON.parse(stdout).constructors.find((row: { class: string }) => row.class === 'Order').count, 500);
  });
}

const zeroX = interopPackage('0x');

test('0x: the page that it draws of a .cpuprofile is read back', { skip: zeroX.skip }, async (t) => {
  const folder = program(t);
  node(folder, ['--cpu-prof', 'program.cjs']);
  mkdirSync(join(folder, 'drawn.0x'));
  const words = [
    '--visualize-cpu-profile',
    only(folder, '.cpuprofile'),
    '--output-html',
    join(folder, 'drawn.0x/flamegraph.html'),
  ];
  node(folder, [join(zeroX.path, 'cmd.js'), ...words]);
  const { code, stderr } = await runCli(['flame', 'drawn.0x', '--format', 'collapsed', '--out', 'x.txt'], {
    cwd: folder,
  });
  assert.equal(code, 0, stderr);
  // 0x prints the line as V8 counts it, from 0.
  assert.match(readFileSync(join(folder, 'x.txt'), 'utf8'), /(?:^|;)hot \([^()]*program\.cjs:1\)/m);
});
