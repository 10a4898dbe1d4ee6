import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { folderContent } from '../helpers/folder-content.ts';
import { runCli } from '../helpers/run-cli.ts';
import { fillUp, smallDisk } from '../helpers/small-disk.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const MAIN = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));
const RUN = 'profiles/example';

test('a report on a full disk: exit 6 with file and errno, the former report stays whole, and no part of a new one', async (t) => {
  const disk = smallDisk(t, '1m');
  if (disk === null) return;
  const report = (): ReturnType<typeof runCli> => runCli(['report', RUN, '--report-dir', join(disk, 'report')]);
  const passed = (await report()).code;
  const before = folderContent(join(disk, 'report'));
  assert.equal(Object.keys(before).length, 5);
  const filler = fillUp(disk);
  const full = await report();
  assert.equal(full.code, 6, full.stderr);
  assert.match(full.stderr, /report\/[\w.]+: ENOSPC/);
  assert.match(full.stderr, /disk is full[\s\S]*--report-dir ELSEWHERE/, 'what to do');
  assert.deepEqual(folderContent(join(disk, 'report')), before);
  rmSync(filler);
  assert.equal((await report()).code, passed);
});

test('a file system that is read-only, and a limit of the size of files, are told by their names', async (t) => {
  const disk = smallDisk(t, '1m');
  if (disk === null) return;
  mkdirSync(join(disk, 'report'));
  const limited = spawnSync(
    'bash',
    ['-c', `ulimit -f 64; "${process.execPath}" "${MAIN}" report ${RUN} --report-dir "${join(disk, 'report')}"`],
    { encoding: 'utf8' },
  );
  assert.equal(limited.status, 6, limited.stderr);
  assert.match(limited.stderr, /index\.html: EFBIG/);
  assert.deepEqual(folderContent(disk), { report: '(folder)' });
  assert.equal(spawnSync('mount', ['-o', 'remount,ro', disk]).status, 0);
  for (const dir of ['report', 'another/report']) {
    const { code, stderr } = await runCli(['report', RUN, '--report-dir', join(disk, dir)]);
    assert.equal(code, 6, stderr);
    assert.match(stderr, /EROFS/);
    assert.match(stderr, /read-only/, 'what to do');
  }
});

test('too few files may be open: said in words, exit 6', () => {
  for (const limit of [32]) {
    const { status, stderr } = spawnSync(
      'bash',
      ['-c', `ulimit -n ${limit}; "${process.execPath}" "${MAIN}" report ${RUN}`],
      { encoding: 'utf8' },
    );
    assert.equal(status, 6, stderr);
    assert.match(stderr, /EMFILE[\s\S]*ulimit -n 1024/);
    assert.doesNotMatch(stderr, /\n +at |defect/);
  }
});

test('a file that this user may not replace: EACCES, and nothing is changed', async (t) => {
  if (process.getuid?.() === 0) {
    t.skip('permissions do not hold for root');
    return;
  }
  const folder = temporaryFolder(t);
  mkdirSync(join(folder, 'closed'), { mode: 0o500 });
  const { code, stderr } = await runCli(['report', RUN, '--report-dir', join(folder, 'closed')]);
  assert.equal(code, 6, stderr);
  assert.match(stderr, /closed: EACCES/);
});
