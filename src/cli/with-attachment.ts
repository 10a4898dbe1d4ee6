import { setTimeout as sleep } from 'node:timers/promises';
import { OomWatch } from '../capture/cause-of-death.ts';
import { findCgroup } from '../capture/cgroup.ts';
import type { Attachment } from '../target/attachment.ts';
import { diedOf, explainFailure } from '../target/explain-failure.ts';
import { isSameProcess } from '../target/process-facts.ts';
import { inThread } from '../target/thread-attachment.ts';
import { refuseWatchedFolders } from '../target/watcher-of-files.ts';
import { type Arguments, flagArgument, numberArgument } from './arguments.ts';
import { noTargetError, type ResolvedTarget, resolveTarget } from './resolve-target.ts';
import { stopOnSignals } from './stop-on-signals.ts';
import { targetOf } from './target-options.ts';
import type { Terminal } from './terminal.ts';

const LOOK_EVERY_MS = 1_000;
const END_WITHIN_MS = 500;
const OTHER_FILE = 'Name a file outside of it with --out FILE.';

export interface AttachedCommand<Result> {
  /** Name of the command, for the lines to type when no target was named. */
  readonly command: string;
  /** What Ctrl-C does, as text. */
  readonly stopWords: string;
  /** What is written, or would be by its usual name: refused where a file there would restart the service. */
  readonly output?: string;
  /** `stop` is aborted by the first Ctrl-C, SIGTERM or closing of the terminal. */
  readonly action: (attachment: Attachment, stop: AbortSignal) => Promise<Result>;
}

/**
 * Finds the target of the command line, attaches, does one thing, and always detaches: also on Ctrl-C, and when the
 * thing failed. Ends a command that was started for it. Throws a ProfilerError: exit 3, or 4 when the target went away.
 */
export async function withAttachment<Result>(
  args: Arguments,
  terminal: Terminal,
  { command, stopWords, output, action }: AttachedCommand<Result>,
): Promise<Result> {
  const signals = stopOnSignals(terminal.say, { words: stopWords, onHangUp: 'stop' });
  try {
    const target = await resolveTarget(targetOf(args), command, {
      url: null,
      allowRemote: flagArgument(args, 'allow-remote'),
      signals,
    });
    try {
      if (target.process && output !== undefined) refuseWatchedFolders(target.process.pid, [output], OTHER_FILE);
      const thread = numberArgument(args, 'thread') || null;
      return await attachAndDo(target, terminal, { command, thread }, (attachment) => action(attachment, signals.stop));
    } finally {
      await target.release();
    }
  } finally {
    await signals.release();
  }
}

async function attachAndDo<Result>(
  target: ResolvedTarget,
  terminal: Terminal,
  { command, thread }: { readonly command: string; readonly thread: number | null },
  action: (attachment: Attachment) => Promise<Result>,
): Promise<Result> {
  if (target.attach === null) throw noTargetError(command);
  const { process } = target;
  const groups = process && findCgroup(process.pid);
  const oom = groups && new OomWatch(groups);
  const causeOfDeath = (): string | null => oom?.cause(performance.now()) ?? null;
  const attachment = await target.attach(process).catch((error: unknown) => {
    const died = process && !isSameProcess(process) ? causeOfDeath() : null;
    throw process && died !== null ? diedOf(process, died, error) : error;
  });
  const looking = setInterval(() => oom?.look(performance.now()), LOOK_EVERY_MS).unref();
  let captured = attachment;
  try {
    if (thread !== null) captured = await inThread(attachment, thread);
    return await action(captured);
  } catch (error) {
    // A thread ends first where the whole process ends.
    if (captured.thread?.hasEnded) await Promise.race([attachment.session.closed, sleep(END_WITHIN_MS)]);
    throw explainFailure(error, captured, causeOfDeath);
  } finally {
    clearInterval(looking);
    const { problems } = await attachment.detach();
    for (const problem of problems) terminal.say(`while detaching from the target: ${problem}`);
  }
}
