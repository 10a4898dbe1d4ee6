import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { interopPackage } from '../helpers/interop-packages.ts';
import { nodeVersion } from '../helpers/node-versions.ts';

for (const name of ['v8-profiler-next', 'heapdump']) {
  for (const major of [20, 22, 24]) {
    const { path, skip } = interopPackage(name, major);
    const { binary, skip: noNode } = nodeVersion(major);
    test(`${name} in the cache loads on Node ${major}`, { skip: skip || noNode }, () => {
      const { status, stderr } = spawnSync(binary, ['-e', `require(${JSON.stringify(path)})`], { encoding: 'utf8' });
      assert.equal(status, 0, stderr);
    });
  }
}
