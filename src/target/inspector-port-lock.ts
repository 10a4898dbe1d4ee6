import { ProfilerError } from '../model/errors.ts';
import { EXIT } from '../model/exit-codes.ts';
import type { Milliseconds } from '../model/units.ts';
import { askHolder, type NamedLock, tryLock } from './named-lock.ts';
import { poll } from './poll.ts';

const DEADLINE_MS = 15_000;

/** Every Node opens its inspector on the same port, so only one may do so at a time on a host. */
export async function lockInspectorPort(
  port: number,
  { deadlineMs = DEADLINE_MS }: { readonly deadlineMs?: Milliseconds } = {},
): Promise<NamedLock> {
  const name = `inspector-${port}`;
  const lock = await poll(() => tryLock(name), deadlineMs, 50);
  if (lock) return lock;
  const holder = await askHolder(name);
  const who = holder === null || holder === 'unknown' ? '' : ` (pid ${holder.pid}: ${holder.command})`;
  throw new ProfilerError(
    'inspector-port-locked',
    EXIT.attachFailed,
    `Another profiler${who} has been opening an inspector for ${deadlineMs / 1000} s.`,
    'Wait until it has finished, or stop it. Then try again.',
  );
}
