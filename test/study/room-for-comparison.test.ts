import assert from 'node:assert/strict';
import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { refuseComparison } from '../../src/study/room-for-comparison.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

test('snapshots are compared where the largest fits into every group, and the host has no say', (t) => {
  const folder = temporaryFolder(t);
  const files = [10e6, 100e6].map((bytes, index) => {
    const file = join(folder, `${index + 1}.heapsnapshot`);
    writeFileSync(file, '');
    truncateSync(file, bytes);
    return file;
  });
  const group = { of: 'control group', limitBytes: 1e9, freeBytes: 600e6 } as const;
  assert.equal(refuseComparison(files, [group, { of: 'host', limitBytes: null, freeBytes: 1e6 }]), null);
  assert.match(
    refuseComparison(files, [group, { ...group, limitBytes: 2e9, freeBytes: 500e6 }]) ?? '',
    /^that takes up to 540 MB of memory, and the control group of this tool with its limit of 2 GB has 500 MB free\. Where there is more: profiler report RUN$/,
  );
  assert.equal(refuseComparison([join(folder, 'missing')], [group]), null);
});
