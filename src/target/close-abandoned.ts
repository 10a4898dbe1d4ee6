import { agentFolders, removeStaleSockets } from '../files/agent-folders.ts';
import { detachLeftover, type LeftoverResult } from './detach-leftover.ts';
import { openedByTheDead } from './opening-mark.ts';
import { readProcessFacts } from './process-facts.ts';
import { lockTarget } from './target-lock.ts';

/**
 * Removes the sockets of agents whose services were killed, and closes what instances of this tool left open that were killed between their signal and their watchdog: an open inspector
 * without a watchdog stays for good, and holds the port that the next target needs. Returns in words what was closed. What
 * cannot be closed now (blocked, held by another instance) is left to the next command.
 */
export async function closeAbandoned(): Promise<string[]> {
  await Promise.all(agentFolders().map(removeStaleSockets));
  const results = await Promise.all(abandoned().map((pid) => closeOne(pid).catch(() => null)));
  return results.flatMap((result) =>
    result?.closed ? [`${result.detail}: an earlier run was killed while it attached`] : [],
  );
}

/** Without a folder for marks there are none. */
function abandoned(): number[] {
  try {
    return openedByTheDead().map(({ pid }) => pid);
  } catch {
    return [];
  }
}

async function closeOne(pid: number): Promise<LeftoverResult | null> {
  const facts = readProcessFacts(pid);
  if (!facts) return null;
  const lock = await lockTarget(facts);
  try {
    return await detachLeftover(facts);
  } finally {
    lock.release();
  }
}
