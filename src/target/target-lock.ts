import { ProfilerError } from '../model/errors.ts';
import { EXIT } from '../model/exit-codes.ts';
import { askHolder, isThisProcess, type LockHolder, type NamedLock, tryLock } from './named-lock.ts';
import { readProcLink } from './proc.ts';
import type { ProcessFacts } from './process-facts.ts';

/** In another network namespace the lock cannot be asked, and the mark in the target decides. */
type Target = Pick<ProcessFacts, 'pid' | 'pidInside' | 'startTicks'>;

/**
 * Makes this tool the only one that looks into the process, from before it is touched until it is left. A second one
 * learns so without asking the target, which may be paused for a minute while the first takes a snapshot. Throws a
 * ProfilerError (exit 3) that names the other. An earlier attachment of this process itself is no hindrance.
 */
export async function lockTarget(target: Target): Promise<NamedLock> {
  const lock = await tryLock(nameOf(target));
  if (lock) return lock;
  await assertNotHeld(target);
  // Ours, or released just now: the mark in the target shows who else attaches.
  return (await tryLock(nameOf(target))) ?? { release: () => {} };
}

/** Throws (exit 3) when another instance looks into the process now. Touches nothing. */
export async function assertNotHeld(target: Target): Promise<void> {
  const holder = await askHolder(nameOf(target));
  if (holder !== null && (holder === 'unknown' || !isThisProcess(holder))) throw targetBusy(holder);
}

export function targetBusy(holder: Pick<LockHolder, 'pid' | 'command'> | 'unknown'): ProfilerError {
  const who = holder === 'unknown' ? '' : ` (pid ${holder.pid}${holder.command === '' ? '' : `: ${holder.command}`})`;
  return new ProfilerError(
    'target-busy',
    EXIT.attachFailed,
    `Another profiler${who} is already attached to this process.`,
    holder === 'unknown'
      ? 'Wait until it has finished, or stop it. Then try again.'
      : `Wait until it has finished, or stop it: kill ${holder.pid}. Then try again.`,
  );
}

/** The same for every observer: the pid as the process sees it, in its own pid namespace. */
function nameOf({ pid, pidInside, startTicks }: Target): string {
  const namespace = /\d+/.exec(readProcLink(pid, 'ns/pid') ?? '')?.[0] ?? '0';
  return `target-${namespace}-${pidInside}-${startTicks}`;
}
