import { formatDuration, type Milliseconds } from '../model/units.ts';
import type { Attachment } from '../target/attachment.ts';
import { poll } from '../target/poll.ts';
import { ticksSinceBoot } from '../target/proc.ts';
import { isSameProcess, type ProcessFacts } from '../target/process-facts.ts';
import type { TargetIdentity } from '../target/target-identity.ts';
import { waitForReturn } from '../target/wait-for-return.ts';

export interface FollowOptions {
  /** Who may be its successor. */
  readonly identity: TargetIdentity;
  readonly attach: (process: ProcessFacts | null) => Promise<Attachment>;
  /** What happens, as text. */
  readonly say: (text: string) => void;
}

export interface NextLifeOptions extends FollowOptions {
  readonly stop: AbortSignal;
  /** It is gone, or another that is accepted as the same has taken its place. */
  readonly onAway: (isAway: boolean) => void;
}

const RETURN_TIMEOUT_MS: Milliseconds = 10 * 60_000;
/** The connection ends a little before the process does. */
const END_WITHIN_MS = 1_000;
const ATTACH_WITHIN_MS = 30_000;
const ATTACH_EVERY_MS = 500;

/**
 * Attaches to the successor of a target that has ended. Null when it lives on without its inspector, is known by address
 * alone, did not come back in time, or the wait was stopped.
 */
export async function attachNextLife(
  { facts, process, session, inspector }: Attachment,
  { attach, identity, say, stop, onAway }: NextLifeOptions,
): Promise<Attachment | null> {
  if (!process) return null;
  const sinceTicks = ticksSinceBoot();
  const hasEnded = (): true | null => (isSameProcess(process) ? null : true);
  if (session.end?.cause !== 'target-exiting' && !(await poll(hasEnded, END_WITHIN_MS))) return null;
  onAway(true);
  say(`process ${facts.pid} ended; waiting up to ${formatDuration(RETURN_TIMEOUT_MS)} for the service to come back`);
  const { successor, reason: why } = await waitForReturn(process, {
    identity,
    timeoutMs: RETURN_TIMEOUT_MS,
    sinceTicks,
    inspectorPort: inspector.port,
    signal: stop,
  });
  if (stop.aborted) return null;
  if (!successor) {
    say(`the service did not come back: ${why}`);
    return null;
  }
  onAway(false);
  let reason = '';
  const attachment = await poll(
    async () => {
      if (stop.aborted) return 'stopped' as const;
      return await attach(successor).catch((error: Error) => {
        reason = error.message;
        return null;
      });
    },
    ATTACH_WITHIN_MS,
    ATTACH_EVERY_MS,
  );
  if (attachment === 'stopped') return null;
  say(
    attachment
      ? `the service is back as process ${successor.pid}, and watched again`
      : `the service is back as process ${successor.pid}, and is not watched: ${reason}`,
  );
  return attachment;
}
