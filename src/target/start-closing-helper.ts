import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { TargetFacts } from '../model/run-manifest.ts';
import type { Milliseconds } from '../model/units.ts';

const HELPER = fileURLToPath(new URL('./closing-helper.js', import.meta.url));
const LIFE_MS: Milliseconds = 15 * 60_000;

/**
 * Leaves a small process behind that closes the inspector of a service which was sent the signal and is blocked: the
 * inspector opens when it goes on, and nobody else would close it. Returns its pid, null if it could not be started.
 */
export function startClosingHelper({ pid, startTicks }: Pick<TargetFacts, 'pid' | 'startTicks'>): number | null {
  const helper = spawn(process.execPath, [HELPER, String(pid), String(startTicks), String(LIFE_MS)], {
    // It outlives the tool, its terminal and its folder.
    detached: true,
    stdio: 'ignore',
    cwd: '/',
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  // Told by the pid that it lacks.
  helper.on('error', () => {});
  helper.unref();
  return helper.pid ?? null;
}
