import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { openPartFile } from '../../src/capture/part-file.ts';
import { createRun } from '../../src/record/open-run.ts';
import { readRun } from '../../src/record/read-run.ts';
import type { RunRecorder } from '../../src/record/run-recorder.ts';
import { folderContent } from '../helpers/folder-content.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { exampleManifest, exampleSample } from '../record/example-run.ts';

const FAST = { retryMs: 2, syncIntervalMs: 5 };
const REPLACED = { code: 'folder-replaced', exitCode: 6 };

/** Files of somebody else, with the names of ours. */
function precious(folder: string): string {
  for (const file of ['run.json', 'cpu/1.cpuprofile', 'heap/1.heapsnapshot', 'database/server.json']) {
    mkdirSync(join(folder, file, '..'), { recursive: true });
    writeFileSync(join(folder, file), 'precious');
  }
  return folder;
}

async function writeAll(recorder: RunRecorder): Promise<void> {
  await recorder.updateManifest((manifest) => ({ ...manifest, id: 'later' }));
  await assert.rejects(recorder.writeArtefact(recorder.fileFor('cpu', 1), '{}'), REPLACED);
  await assert.rejects(recorder.writeData(recorder.fileFor('database', 'server'), {}), REPLACED);
  const { path } = recorder.fileFor('heap-snapshot', 1);
  assert.throws(() => openPartFile(path, 'replace', recorder.refuse), REPLACED);
}

const TAKEN: readonly [string, (run: string, t: TestContext) => string | null][] = [
  [
    'a link to files of somebody else',
    (run, t) => {
      const folder = precious(join(temporaryFolder(t), 'precious'));
      symlinkSync(folder, run);
      return folder;
    },
  ],
  ['another folder', (run) => precious(run)],
  ['nothing', () => null],
];

for (const [name, take] of TAKEN) {
  test(`the folder of a run is moved, and in its place is ${name}: nothing is written there`, async (t) => {
    const run = join(temporaryFolder(t), 'run');
    const recorder = await createRun(run, exampleManifest(), FAST);
    recorder.appendSample(exampleSample(0));
    assert.ok(await recorder.flush());
    renameSync(run, `${run}.moved`);
    const folder = take(run, t);
    const before = folder && folderContent(folder);
    await writeAll(recorder);
    await assert.rejects(recorder.close(), REPLACED);
    assert.deepEqual(folder && folderContent(folder), before);
    // What was recorded until then is where the folder is.
    assert.equal((await readRun(`${run}.moved`)).samples.length, 1);
  });
}

test('a second run that took the place of the first is not touched by it', async (t) => {
  const run = join(temporaryFolder(t), 'run');
  const first = await createRun(run, exampleManifest(), FAST);
  renameSync(run, `${run}.moved`);
  const second = await createRun(run, { ...exampleManifest(), id: 'second' }, FAST);
  second.appendSample(exampleSample(0));
  await second.writeArtefact(second.fileFor('cpu', 1), '{"second":1}');
  await second.close();
  const before = folderContent(run);
  await writeAll(first);
  await first.discard();
  assert.deepEqual(folderContent(run), before);
});

test('a folder inside of the run becomes a link: the files that it leads to stay as they are', async (t) => {
  const run = join(temporaryFolder(t), 'run');
  const recorder = await createRun(run, exampleManifest(), FAST);
  const folder = precious(join(temporaryFolder(t), 'precious'));
  for (const name of ['cpu', 'heap', 'database']) {
    rmSync(join(run, name), { recursive: true });
    symlinkSync(join(folder, name), join(run, name));
  }
  const before = folderContent(folder);
  await writeAll(recorder);
  assert.deepEqual(folderContent(folder), before);
  await recorder.close();
  assert.match(readFileSync(join(run, 'run.json'), 'utf8'), /later/);
});

test('a folder that is replaced while a file is written gets nothing of it', async (t) => {
  const run = join(temporaryFolder(t), 'run');
  const recorder = await createRun(run, exampleManifest(), FAST);
  const { path } = recorder.fileFor('heap-snapshot', 1);
  const sink = openPartFile(path, 'replace', recorder.refuse);
  sink.write('{}');
  renameSync(run, `${run}.moved`);
  precious(run);
  writeFileSync(`${path}.part`, 'precious');
  assert.throws(() => sink.commit(), REPLACED);
  sink.abandon();
  assert.equal(readFileSync(`${path}.part`, 'utf8'), 'precious');
  assert.equal(readFileSync(path, 'utf8'), 'precious');
  await assert.rejects(recorder.close(), REPLACED);
});
