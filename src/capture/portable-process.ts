import type { Clock } from '../model/clock.ts';
import type { Milliseconds } from '../model/units.ts';
import type { Attachment } from '../target/attachment.ts';
import { isLoopback } from '../target/listening-sockets.ts';
import { hasProc } from '../target/proc.ts';
import { readElapsed } from './cpu-usage.ts';
import { ProcessSampler } from './process-sampler.ts';

/** Systems give the age of a process in whole seconds. */
const SAME_START_MS: Milliseconds = 5_000;

/**
 * A sampler for a target of a host without /proc (macOS, Windows): CPU and memory by pidusage. Null if there is /proc, and
 * where the process of that number on this host is another: the near end of a tunnel is on this host, its far end is not.
 */
export async function portableSampler(
  { facts, process, inspector, session }: Pick<Attachment, 'facts' | 'process' | 'inspector' | 'session'>,
  options: { readonly intervalMs: Milliseconds; readonly clock: Clock },
): Promise<ProcessSampler | null> {
  if (process !== null || hasProc()) return null;
  if (inspector.host !== 'localhost' && !isLoopback(inspector.host)) return null;
  const elapsedMs = await readElapsed(facts.pid);
  if (elapsedMs === null) return null;
  const uptimeMs = 1000 * Number(await session.evaluate<number>('process.uptime()'));
  if (!(Math.abs(elapsedMs - uptimeMs) < SAME_START_MS)) return null;
  return new ProcessSampler({ pid: facts.pid, startTicks: 0, ...options });
}
