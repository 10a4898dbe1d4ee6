import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { makeReference, reportWithFault } from './report-with-fault.ts';

/** A cut of what `npm run test:disk-faults` tries. */
const FAULTS = [
  ['openat', 'EMFILE', [2, 9]],
  ['read', 'EIO', [6]],
  ['write', 'ENOSPC', [3]],
  ['write', 'EDQUOT', [1]],
  ['fdatasync', 'EIO', [2]],
  ['fsync', 'EIO', [1]],
  ['rename', 'EIO', [3]],
] as const;

test('report with a call on its disk failing: whole and the same, or exit 6 with file and errno, and never a torn file', {
  timeout: 300_000,
}, async (t) => {
  if (spawnSync('strace', ['-qq', '-o', '/dev/null', 'true']).status !== 0) {
    t.skip('strace is not there, or may not trace');
    return;
  }
  const folder = temporaryFolder(t);
  const reference = await makeReference(folder);
  assert.equal(reference.files.size, 5);
  const wrong: string[] = [];
  const codes = new Set<number>();
  for (const [call, errno, ks] of FAULTS) {
    for (const k of ks) {
      const { code, problem } = await reportWithFault(reference, folder, { call, errno, k });
      codes.add(code);
      if (problem !== null) wrong.push(problem);
    }
  }
  assert.deepEqual(wrong, []);
  assert.ok(codes.has(6), 'the faults were really met');
});
