import { lstatSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TargetFacts } from '../model/run-manifest.ts';

type Identity = Pick<TargetFacts, 'pid' | 'startTicks'>;

/**
 * For about 100 ms, from the signal until the watchdog stands, nothing in the target says who opened its inspector. A
 * file says it instead: should the tool be killed just then, the next instance knows what it has to close.
 */
export function markOpening(target: Identity): void {
  try {
    writeFileSync(markFile(target), String(process.pid), { flag: 'wx', mode: 0o600 });
  } catch {
    // There already, or nowhere to write: then it is as if there were no mark.
  }
}

/** True when an instance of this tool, run by the same user, began to open this inspector and did not get further. */
export function wasOpenedByUs(target: Identity): boolean {
  try {
    const { uid } = lstatSync(markFile(target));
    return uid === process.geteuid?.();
  } catch {
    return false;
  }
}

export function removeMark(target: Identity): void {
  try {
    rmSync(markFile(target), { force: true });
  } catch {
    // Of another user.
  }
}

function markFile({ pid, startTicks }: Identity): string {
  return join(tmpdir(), `soak-profiler-opening-${pid}-${startTicks}`);
}
