import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createRun, resumeRun } from '../../src/record/open-run.ts';
import { readManifest } from '../../src/record/read-manifest.ts';
import { folderContent } from '../helpers/folder-content.ts';
import { runCli } from '../helpers/run-cli.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { exampleManifest, exampleSample } from '../record/example-run.ts';

const JTL = `timeStamp,elapsed,label,responseCode,responseMessage,threadName,dataType,success
${Array.from({ length: 400 }, (_, n) => `${1_772_359_200_000 + n * 100},20,home,200,OK,Users 1-1,text,true`).join('\n')}
`;

/** A project whose folders bear the names of ours, as many do. */
function project(t: TestContext, files: Readonly<Record<string, string>> = {}): string {
  const folder = join(temporaryFolder(t), 'project');
  const all = {
    'package.json': '{"name":"project"}',
    'cpu/1.cpuprofile': 'mine',
    'heap/heap.c': 'int main;',
    'sources/main.c': 'mine',
    'database/schema.sql': 'mine',
    'samples.ndjson': 'mine',
    ...files,
  };
  for (const [name, text] of Object.entries(all)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

function jtlIn(folder: string): string {
  const file = join(folder, 'results.jtl');
  writeFileSync(file, JTL);
  return file;
}

const FOREIGN_MANIFESTS = [null, '', '{}', '{"schema":"another/1"}', '[]', '{"schema":"profiler-run/1"'];

for (const manifest of FOREIGN_MANIFESTS) {
  test(`--force --out replaces no folder whose run.json is ${manifest ?? 'not there'}`, async (t) => {
    const folder = project(t, manifest === null ? {} : { 'run.json': manifest });
    const before = folderContent(folder);
    const results = jtlIn(temporaryFolder(t));
    const commands = [
      ['import', results, '--out', folder, '--force'],
      // Refused before the target is looked for.
      ['soak', '--pid', '1', '--seconds', '10', '--out', folder, '--force'],
    ];
    const refused = { code: 'run-folder-exists', exitCode: 2 };
    await assert.rejects(createRun(folder, exampleManifest(), { overwrite: true }), refused);
    for (const words of manifest === null ? commands : []) {
      const { code, stderr } = await runCli(words, { cwd: temporaryFolder(t) });
      assert.equal(code, 2, stderr);
      assert.match(stderr, /project is not empty: it holds .*It is not replaced/);
      assert.match(stderr, /--out/, 'what to do');
    }
    assert.deepEqual(folderContent(folder), before);
  });
}

test('--force --out replaces a run, and only once the new one holds data', async (t) => {
  const folder = temporaryFolder(t);
  const out = join(folder, 'run');
  const results = jtlIn(folder);
  assert.equal((await runCli(['import', results, '--out', out, '--name', 'first'])).code, 0);
  const again = await runCli(['import', results, '--out', out]);
  assert.equal(again.code, 2);
  assert.match(again.stderr, /--force replaces a run that this tool recorded/);

  writeFileSync(join(folder, 'bad.jtl'), 'no results');
  assert.equal((await runCli(['import', join(folder, 'bad.jtl'), '--out', out, '--force'])).code, 2);
  assert.equal((await readManifest(out)).target.name, 'first', 'a run that did not come about replaces nothing');

  assert.equal((await runCli(['import', results, '--out', out, '--name', 'second', '--force'])).code, 0);
  assert.equal((await readManifest(out)).target.name, 'second');
  assert.deepEqual(
    readdirSync(folder).filter((name) => name.startsWith('run')),
    ['run'],
  );
});

test('what is not of the run is kept, under the name that the replaced run got', async (t) => {
  const folder = temporaryFolder(t);
  const out = join(folder, 'run');
  const results = jtlIn(folder);
  const elsewhere = join(folder, 'elsewhere.txt');
  writeFileSync(elsewhere, 'mine');
  assert.equal((await runCli(['import', results, '--out', out])).code, 0);
  const mine = ['notes.txt', 'heap/notes.txt', 'heap/my.heapsnapshot', 'cpu/before.cpuprofile', 'sources/app.js.map'];
  for (const name of mine) writeFileSync(join(out, name), 'mine');
  symlinkSync(elsewhere, join(out, 'cpu', '7.cpuprofile'));
  // Half written by a recording that was killed.
  for (const name of ['run.json.part', 'heap/2.heapsnapshot.3.part']) writeFileSync(join(out, name), 'ours');
  assert.equal((await runCli(['import', results, '--out', out, '--force'])).code, 0);
  const [aside] = readdirSync(folder).filter((name) => name.startsWith('run.replaced-'));
  const kept = folderContent(join(folder, aside ?? 'none'));
  for (const name of mine) assert.equal(kept[name], 'mine', name);
  assert.deepEqual(
    Object.keys(kept)
      .filter((name) => kept[name] !== '(folder)')
      .sort(),
    [...mine, 'cpu/7.cpuprofile'].sort(),
  );
  assert.equal(readFileSync(elsewhere, 'utf8'), 'mine', 'what a link leads to is not touched');
});

test('of a run all artefacts are removed that run.json names, and no others, also after it was gone on with', async (t) => {
  const folder = temporaryFolder(t);
  const out = join(folder, 'run');
  const first = await createRun(out, exampleManifest());
  first.appendSample(exampleSample(0));
  const snapshot = first.fileFor('heap-snapshot', 1);
  const database = first.fileFor('database', 'server');
  for (const file of [snapshot, database]) await first.writeArtefact(file, '{}');
  writeFileSync(join(out, 'heap', 'during.heapsnapshot'), 'mine');
  await first.close();
  writeFileSync(join(out, 'heap', 'after.heapsnapshot'), 'mine');
  await (await resumeRun(out)).close();
  assert.deepEqual(Object.keys((await readManifest(out)).seal?.files ?? {}).sort(), [database.file, snapshot.file]);

  const second = await createRun(out, exampleManifest(), { overwrite: true });
  second.appendSample(exampleSample(0));
  await second.close();
  assert.deepEqual(folderContent(second.replaced ?? 'none'), {
    heap: '(folder)',
    'heap/after.heapsnapshot': 'mine',
    'heap/during.heapsnapshot': 'mine',
  });
});

test('a run that recorded nothing, or could not be created, leaves the earlier one', async (t) => {
  const folder = temporaryFolder(t);
  const out = join(folder, 'run');
  const first = await createRun(out, exampleManifest({ id: 'first' }));
  first.appendSample(exampleSample(0));
  await first.close();
  const before = folderContent(out);

  const refused = await createRun(out, exampleManifest({ id: 'refused' }), { overwrite: true });
  await refused.discard();
  assert.deepEqual(folderContent(out), before);
  assert.deepEqual(readdirSync(folder), ['run']);

  const second = await createRun(out, exampleManifest({ id: 'second' }), { overwrite: true });
  await second.close();
  assert.ok(second.replaced !== null);
  assert.deepEqual(folderContent(second.replaced), before);

  const more = { overwrite: true, neededBytes: Number.MAX_SAFE_INTEGER };
  await assert.rejects(createRun(out, exampleManifest({ id: 'third' }), more), { code: 'storage', exitCode: 6 });
  assert.equal((await readManifest(out)).id, 'second');
});

test('--out that is a link, a file, or lies where no folder can be: exit 2 or 6 at once, nothing is touched', async (t) => {
  const folder = temporaryFolder(t);
  const results = jtlIn(folder);
  const run = join(folder, 'run');
  assert.equal((await runCli(['import', results, '--out', run])).code, 0);
  symlinkSync(run, join(folder, 'link'));
  symlinkSync(join(folder, 'nowhere'), join(folder, 'dangling'));
  const before = folderContent(folder);
  const places: readonly (readonly [string, number, RegExp])[] = [
    [join(folder, 'link'), 2, /link is a symbolic link, not a folder/],
    [join(folder, 'dangling'), 2, /dangling is a symbolic link, not a folder/],
    [results, 2, /results\.jtl is a file, not a folder/],
    [join(results, 'below'), 6, /results\.jtl.*: ENOTDIR/],
    ['/proc/x', 6, /\/proc: E/],
    ['/proc/self/x/y', 6, /\/proc\/self: E/],
    ['/dev/null/x', 6, /\/dev\/null.*: ENOTDIR/],
  ];
  for (const [out, expected, words] of places) {
    const { code, stderr } = await runCli(['import', results, '--out', out, '--force']);
    assert.equal(code, expected, `${out}: ${stderr}`);
    assert.match(stderr, words);
  }
  assert.deepEqual(folderContent(folder), before);
});

test('--report-dir: a report of ours is replaced, no file of somebody else, and no link is followed', async (t) => {
  const folder = temporaryFolder(t);
  const report = (dir: string): ReturnType<typeof runCli> =>
    runCli(['report', 'profiles/example', '--report-dir', join(folder, dir)]);
  const passed = (await report('ours')).code;
  assert.ok(existsSync(join(folder, 'ours', 'index.html')));
  writeFileSync(join(folder, 'ours', 'notes.txt'), 'mine');
  assert.equal((await report('ours')).code, passed);
  assert.equal(readFileSync(join(folder, 'ours', 'notes.txt'), 'utf8'), 'mine');

  mkdirSync(join(folder, 'site'));
  writeFileSync(join(folder, 'site', 'index.html'), 'mine');
  mkdirSync(join(folder, 'other'));
  writeFileSync(join(folder, 'other', 'report.json'), '{"schema":"another/1"}');
  writeFileSync(join(folder, 'mine.html'), 'mine');
  cpSync(join(folder, 'ours'), join(folder, 'linked'), { recursive: true });
  symlinkSync(join(folder, 'mine.html'), join(folder, 'linked', 'link'));
  mkdirSync(join(folder, 'links'));
  for (const name of ['index.html', 'report.json']) symlinkSync(join(folder, 'mine.html'), join(folder, 'links', name));
  symlinkSync(join(folder, 'ours'), join(folder, 'link'));
  const before = folderContent(folder);
  for (const [dir, words] of [
    ['site', /index\.html exists already, and no report\.json/],
    ['other', /report\.json exists already/],
    ['links', /is a symbolic link, not a regular file/],
    ['link', /link is a symbolic link, not a folder/],
    ['mine.html', /mine\.html is a file, not a folder/],
  ] as const) {
    const { code, stderr } = await report(dir);
    assert.equal(code, 2, `${dir}: ${stderr}`);
    assert.match(stderr, words);
    assert.match(stderr, /--report-dir/, 'what to do');
  }
  assert.deepEqual(folderContent(folder), before);
});
