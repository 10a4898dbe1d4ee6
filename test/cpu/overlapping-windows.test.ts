import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { timeShares } from '../../src/cpu/function-times.ts';
import { mergeWindows } from '../../src/cpu/merge-windows.ts';
import { parseCpuProfile } from '../../src/format/cpu-profile.ts';
import { nodeVersions } from '../helpers/node-versions.ts';

const CHILD = fileURLToPath(new URL('./overlapping-windows-child.js', import.meta.url));

for (const { major, binary, skip } of nodeVersions()) {
  test(`Node ${major}: real windows that overlap add up to one long window`, { skip }, () => {
    const { whole, windows } = JSON.parse(
      execFileSync(binary, [CHILD], { encoding: 'utf8', maxBuffer: 1 << 28, timeout: 60_000, stdio: 'pipe' }),
    );
    const read = (profile: unknown): ReturnType<typeof parseCpuProfile> =>
      parseCpuProfile(Buffer.from(JSON.stringify(profile)), 'window');
    const expected = timeShares(mergeWindows([read(whole)]));
    const merged = timeShares(mergeWindows(windows.map(read)));
    const naiveUs = windows
      .map((window: unknown) => timeShares(mergeWindows([read(window)])).activeUs)
      .reduce((sum: number, us: number) => sum + us, 0);
    assert.ok(Math.abs(merged.activeUs / expected.activeUs - 1) < 0.05, `${merged.activeUs} of ${expected.activeUs}`);
    assert.ok(naiveUs > 1.1 * expected.activeUs, 'the windows do overlap');
  });
}
