import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { ProfilerError } from '../model/errors.ts';
import { EXIT } from '../model/exit-codes.ts';
import { askHolder, isThisProcess, tryLock } from '../target/named-lock.ts';

/**
 * Makes this process the only one that will write a report into `dir`, until it ends: of two soaks the one that ends first
 * would lose its report to the other, hours later. Throws a ProfilerError (exit 2) that names the other process.
 */
export async function lockReport(dir: string): Promise<void> {
  const name = `report-${createHash('sha256').update(canonical(dir)).digest('hex').slice(0, 40)}`;
  // Where there are no such sockets, reports are written without a lock.
  if ((await tryLock(name).catch(() => 'none')) !== null) return;
  const holder = await askHolder(name);
  if (holder !== null && holder !== 'unknown' && isThisProcess(holder)) return;
  const known = holder === null || holder === 'unknown' ? null : holder;
  const who = known ? `Process ${known.pid}${known.command && ` (${known.command})`}` : 'Another process';
  throw new ProfilerError(
    'report-in-use',
    EXIT.usage,
    `${who} is writing its report into ${dir}.`,
    'Give another folder with --report-dir, or wait until that process has ended.',
  );
}

/** The same for all names of one folder, which need not be there yet. */
function canonical(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const above = dirname(path);
    return above === path ? path : join(canonical(above), basename(path));
  }
}
