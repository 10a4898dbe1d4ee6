import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, watch } from 'node:fs';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { writeHeapSnapshot } from 'node:v8';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const SRC = join(dirname(dirname(import.meta.dirname)), 'src');
const MAIN = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));

/** Two outputs that belong together, a capture, and a folder for a moment: all of them unfinished when `begun` is said. */
const WRITES = `
  import { openPartFile } from '${SRC}/capture/part-file.js';
  import { makeTemporaryFolder } from '${SRC}/files/temporary-folder.js';
  import { writeAllAtomically } from '${SRC}/files/write-atomically.js';
  async function* endless() {
    yield Buffer.from('half');
    console.log('begun');
    await new Promise((settle) => setTimeout(settle, 1e9));
  }
  await writeAllAtomically([{ path: 'whole.json', content: 'whole' }]);
  makeTemporaryFolder();
  openPartFile('heap/a.heapsnapshot').write('half');
  const files = [{ path: 'first.html', content: 'first' }, { path: 'second.html', content: endless() }];
  const writing = writeAllAtomically(files);
`;

function start(t: TestContext, folder: string, more: string): ChildProcess {
  const words = ['--input-type=module', '-e', `${WRITES}${more}; await writing;`];
  const child = spawn(process.execPath, words, {
    cwd: folder,
    env: { ...process.env, TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => child.kill('SIGKILL'));
  return child;
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true }).map(String).sort();
}

const FINISHED = ['heap', 'whole.json'];
const UNFINISHED = [
  'first.html.part',
  'heap',
  join('heap', 'a.heapsnapshot.part'),
  'second.html.part',
  'soak-profiler-',
  'whole.json',
];

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  test(`${signal} while files are written: nothing unfinished stays, and the process dies by that signal`, async (t) => {
    const folder = temporaryFolder(t);
    const child = start(t, folder, '');
    if (child.stdout) await once(child.stdout, 'data');
    const found = filesIn(folder).map((name) => name.replace(/^(soak-profiler-).*/, '$1'));
    assert.deepEqual(found, UNFINISHED, 'all are begun');
    child.kill(signal);
    assert.deepEqual(await once(child, 'exit'), [null, signal]);
    assert.deepEqual(filesIn(folder), FINISHED);
  });
}

test('a program that handles the signal itself decides when it ends, and then nothing unfinished stays either', async (t) => {
  const folder = temporaryFolder(t);
  const handles = `process.on('SIGTERM', () => console.log('heard')); process.on('SIGINT', () => process.exit(130))`;
  const child = start(t, folder, handles);
  if (child.stdout) await once(child.stdout, 'data');
  child.kill('SIGTERM');
  if (child.stdout) await once(child.stdout, 'data');
  assert.equal(filesIn(folder).length, UNFINISHED.length, 'it goes on');
  child.kill('SIGINT');
  assert.deepEqual(await once(child, 'exit'), [130, null]);
  assert.deepEqual(filesIn(folder), FINISHED);
});

test('process 1 of a container, to which its own signal does nothing, ends with the exit code of that signal', async (t) => {
  const folder = temporaryFolder(t);
  const child = start(t, folder, 'process.kill = () => true');
  if (child.stdout) await once(child.stdout, 'data');
  child.kill('SIGTERM');
  assert.deepEqual(await once(child, 'exit'), [143, null]);
  assert.deepEqual(filesIn(folder), FINISHED);
});

test('a file that another writer began under the name of a finished part is not removed', async (t) => {
  const folder = temporaryFolder(t);
  // Asked for the last time just before the file gets its name; what is queued then runs while its folder is written to the disk.
  const program = `
    import { existsSync, writeFileSync } from 'node:fs';
    import { writeAtomically } from '${SRC}/files/write-atomically.js';
    const ended = () => {
      if (!existsSync('a.json')) return;
      writeFileSync('a.json.part', 'of another', { flag: 'wx' });
      process.exit(7);
    };
    await writeAtomically('a.json', 'whole', 'replace', () => queueMicrotask(ended));
  `;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], { cwd: folder, stdio: 'inherit' });
  t.after(() => child.kill('SIGKILL'));
  assert.deepEqual(await once(child, 'exit'), [7, null]);
  assert.deepEqual(filesIn(folder), ['a.json', 'a.json.part']);
});

test('heap redact that is ended leaves no half of its result', async (t) => {
  const folder = temporaryFolder(t);
  const input = writeHeapSnapshot(join(folder, 'in.heapsnapshot'));
  const results = temporaryFolder(t);
  // Brotli takes many seconds for it.
  const output = join(results, 'out.heapsnapshot.br');
  const appeared = new Promise<void>((settle) => {
    const watcher = watch(results, () => existsSync(`${output}.part`) && settle());
    t.after(() => watcher.close());
  });
  const child = spawn(process.execPath, [MAIN, 'heap', 'redact', input, output], { stdio: 'ignore' });
  t.after(() => child.kill('SIGKILL'));
  await appeared;
  child.kill('SIGTERM');
  assert.deepEqual(await once(child, 'exit'), [null, 'SIGTERM']);
  assert.deepEqual(filesIn(results), []);
});
