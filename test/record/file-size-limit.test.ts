import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { readRun } from '../../src/record/read-run.ts';
import { temporaryFolder } from './example-run.ts';

const CHILD = fileURLToPath(new URL('./recording-child.js', import.meta.url));
const SAMPLES = 60;

test('a limit on the size of files: what fits is recorded and read, and exit 6 names file and errno', async (t) => {
  const dir = join(temporaryFolder(t), 'run');
  // In blocks of 1,024 bytes: more than run.json, less than all samples.
  const limited = ['-c', 'ulimit -f 4; exec "$0" "$@"', process.execPath, CHILD, dir, String(SAMPLES)];
  const { status, stdout, stderr } = spawnSync('bash', limited, { encoding: 'utf8' });
  assert.equal(status, 6, stdout + stderr);
  assert.match(stdout, /samples\.ndjson.*: EFBIG/);
  const { samples } = await readRun(dir);
  assert.ok(samples.length > 0 && samples.length < SAMPLES, `${samples.length} samples`);
});
