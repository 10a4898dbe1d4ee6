import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { openPartFile } from '../../src/capture/part-file.ts';
import { tellBeside, writeOutput, writeOutputs } from '../../src/cli/output-file.ts';
import { writeAllAtomically } from '../../src/files/write-atomically.ts';
import { createRun } from '../../src/record/open-run.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { exampleManifest } from '../record/example-run.ts';

/** Content that takes `path` in the moment when all but the name of the result is there. */
async function* takes(path: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from('result');
  writeFileSync(path, 'precious');
}

test('a name that is taken while the result is written is left alone; the result stands beside it', async (t) => {
  const folder = temporaryFolder(t);
  const said: string[] = [];
  const beside = { whenTaken: 'beside', say: (text: string) => void said.push(text) } as const;
  const path = join(folder, 'for-others.heapsnapshot.gz');
  const written = await writeAllAtomically([{ path, content: takes(path) }], 'beside');
  assert.deepEqual(written, [join(folder, 'for-others-2.heapsnapshot.gz')]);
  assert.equal(readFileSync(path, 'utf8'), 'precious');
  assert.equal(readFileSync(written[0] ?? '', 'utf8'), 'result');

  // Results that belong together get the same number, also where only one name was taken.
  const profile = join(folder, 'busy.cpuprofile');
  const page = join(folder, 'busy.html');
  writeFileSync(page, 'precious');
  const files = [
    { path: profile, content: 'profile' },
    { path: page, content: 'page' },
  ];
  assert.deepEqual(await writeOutputs(files, beside), [join(folder, 'busy-2.cpuprofile'), join(folder, 'busy-2.html')]);
  assert.equal(readFileSync(page, 'utf8'), 'precious');
  assert.match(said.join('\n'), /busy\.html was made by another program meanwhile.*the result is .*busy-2\.html/);
  assert.equal(await writeOutput(profile, 'again', beside), profile, 'a free name is taken as it is');
  assert.deepEqual(readdirSync(folder).sort(), [
    'busy-2.cpuprofile',
    'busy-2.html',
    'busy.cpuprofile',
    'busy.html',
    'for-others-2.heapsnapshot.gz',
    'for-others.heapsnapshot.gz',
  ]);
});

test('a snapshot does not replace what appeared while the service was paused', (t) => {
  const path = join(temporaryFolder(t), 'c.heapsnapshot');
  const sink = openPartFile(path, 'beside');
  sink.write('snapshot');
  writeFileSync(path, 'precious');
  const { path: written } = sink.commit();
  sink.abandon();
  assert.equal(readFileSync(path, 'utf8'), 'precious');
  assert.equal(readFileSync(written, 'utf8'), 'snapshot');
  assert.notEqual(written, path);
  const said: string[] = [];
  tellBeside(path, written, (text) => void said.push(text));
  assert.match(said.join(), /c-2\.heapsnapshot/);
  const forced = openPartFile(path);
  forced.write('another');
  assert.equal(forced.commit().path, path);
  assert.equal(readFileSync(path, 'utf8'), 'another');
});

test('the same where the file system has no hard links', (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, 'a.html'), 'precious');
  const module = join(dirname(dirname(import.meta.dirname)), 'src/files/write-atomically.js');
  const program = `import { writeAllAtomically } from ${JSON.stringify(module)};
    const files = [{ path: 'a.cpuprofile', content: 'profile' }, { path: 'a.html', content: 'page' }];
    console.log(await writeAllAtomically(files, 'beside'));`;
  const trace = ['-f', '-qq', '-o', '/dev/null', '-e', 'trace=link,linkat', '-e', 'inject=link,linkat:error=EPERM'];
  const words = [...trace, process.execPath, '--input-type=module', '-e', program];
  const { status, stderr, error } = spawnSync('strace', words, { cwd: folder, encoding: 'utf8' });
  if (error || /ptrace|not permitted/i.test(stderr)) {
    t.skip(`strace is not there, or may not trace: ${error?.message ?? stderr}`);
    return;
  }
  assert.equal(status, 0, stderr);
  assert.deepEqual(readdirSync(folder).sort(), ['a-2.cpuprofile', 'a-2.html', 'a.html']);
  assert.equal(readFileSync(join(folder, 'a.html'), 'utf8'), 'precious');
  assert.equal(readFileSync(join(folder, 'a-2.cpuprofile'), 'utf8'), 'profile');
});

test('a folder that was there keeps its mode as the folder of a run; a new one is 0700', async (t) => {
  const folder = temporaryFolder(t);
  const shared = join(folder, 'shared');
  mkdirSync(shared);
  chmodSync(shared, 0o2775);
  for (const dir of [shared, join(folder, 'new')]) {
    const recorder = await createRun(dir, exampleManifest());
    await recorder.close();
  }
  assert.equal(statSync(shared).mode & 0o7777, 0o2775);
  assert.equal(statSync(join(shared, 'run.json')).mode & 0o777, 0o600);
  assert.equal(statSync(join(folder, 'new')).mode & 0o777, 0o700);
});
