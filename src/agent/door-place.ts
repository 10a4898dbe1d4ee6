import { chmodSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, unlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { agentFolders, removeIfEmpty } from '../files/agent-folders.ts';

/** Where this process opens its door: a folder that only its user may enter, made if need be. */
export function placeOfDoor(): string {
  const { pid } = process;
  return join(settleFolder(), `${pid}-${startOf(pid)}.agent`);
}

export function leavePlace(door: string): void {
  try {
    unlinkSync(door);
  } catch {
    // Gone already.
  }
  removeIfEmpty(dirname(door));
}

function settleFolder(): string {
  let failure: unknown;
  for (const folder of agentFolders()) {
    try {
      // Somebody else may have been there first, where everybody may write.
      return isOurs(folder) ? folder : mkdtempSync(`${folder}-`);
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}

function isOurs(folder: string): boolean {
  try {
    mkdirSync(folder, { mode: 0o700 });
    // Whatever the umask takes away.
    chmodSync(folder, 0o700);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const stat = lstatSync(folder);
  return stat.isDirectory() && stat.uid === process.getuid?.() && (stat.mode & 0o077) === 0;
}

/** In ticks since the boot, as the tool knows processes; where the kernel does not tell, by the clock. */
function startOf(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
  } catch {
    return Math.round(Date.now() - 1000 * process.uptime());
  }
}
