import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { isOurs } from '../../src/target/is-ours.ts';

const NOBODY = 2 ** 22 + 1;

test('what runs our code is ours, by any path; the reference service is not', (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'is-ours-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const link = join(folder, 'profiler');
  symlinkSync(resolve('dist/src/target/attach.js'), link);

  assert.equal(isOurs(process.pid, '/', null), true);
  assert.equal(isOurs(NOBODY, process.cwd(), 'dist/src/target/attach.js'), true);
  assert.equal(isOurs(NOBODY, '/', link), true);
  assert.equal(isOurs(NOBODY, process.cwd(), 'dist/src/demo/main.js'), false);
  assert.equal(isOurs(NOBODY, process.cwd(), 'test/targets/attach/http-service.mjs'), false);
  assert.equal(isOurs(NOBODY, '/', null), false);
});
