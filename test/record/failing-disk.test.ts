import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { readRun } from '../../src/record/read-run.ts';
import { exampleSample, temporaryFolder } from './example-run.ts';

const CHILD = fileURLToPath(new URL('./recording-child.js', import.meta.url));
const FILES = ['', 'run.json', 'run.json.part', 'samples.ndjson', 'events.ndjson'];
const FAILURES = [
  ['write', 'ENOSPC'],
  ['write', 'EIO'],
  ['fdatasync', 'EIO'],
  ['rename', 'EIO'],
  ['openat', 'EMFILE'],
] as const;

/** Runs the child with the `k`th call of `call` on the files of its run failing. */
function recordWith(dir: string, call: string, errno: string, k: number): Promise<{ code: number; said: string }> {
  const paths = FILES.flatMap((file) => ['-P', join(dir, file)]);
  const inject = ['-e', `trace=${call}`, '-e', `inject=${call}:error=${errno}:when=${k}`];
  const command = ['-f', '-qq', '-o', '/dev/null', ...paths, ...inject, process.execPath, CHILD, dir];
  return new Promise((resolve) => {
    execFile('strace', command, { timeout: 60_000 }, (error, said) =>
      resolve({ code: error ? Number(error.code) : 0, said }),
    );
  });
}

test('whichever call on the disk fails: all is recorded, or exit 6 with file and errno', {
  timeout: 240_000,
}, async (context) => {
  if (spawnSync('strace', ['-qq', '-o', '/dev/null', 'true']).status !== 0) {
    context.skip('strace is not there, or may not trace');
    return;
  }
  const folder = temporaryFolder(context);
  for (const [call, errno] of FAILURES) {
    await Promise.all(
      [1, 2, 5, 9].map(async (k) => {
        const dir = join(folder, `${call}-${errno}-${k}`);
        const { code, said } = await recordWith(dir, call, errno, k);
        if (code !== 0) {
          assert.equal(code, 6, said);
          assert.match(said, new RegExp(`${dir}.*: ${errno}`));
          return;
        }
        const { samples, manifest } = await readRun(dir);
        assert.deepEqual(
          samples,
          Array.from({ length: 12 }, (_, n) => exampleSample(n)),
          `${call} ${k}`,
        );
        assert.equal(manifest.id, 'state 11');
      }),
    );
  }
});
