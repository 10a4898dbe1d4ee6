import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Milliseconds } from '../model/units.ts';
import { tryLock } from '../target/named-lock.ts';
import { poll } from '../target/poll.ts';

/** What is done alone takes a moment; without such locks it is done all the same. */
const PATIENCE_MS: Milliseconds = 10_000;

/** Does something with a file that no other instance of this tool does at the same time: to read it, change it, and write it back. */
export async function whileAlone<Value>(path: string, action: () => Promise<Value>): Promise<Value> {
  const file = join(realpathSync(dirname(path)), basename(path));
  const name = `file-${createHash('sha256').update(file).digest('hex').slice(0, 40)}`;
  const lock = await poll(() => tryLock(name), PATIENCE_MS).catch(() => null);
  try {
    return await action();
  } finally {
    lock?.release();
  }
}
