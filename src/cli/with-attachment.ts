import { ProfilerError } from '../model/errors.ts';
import { EXIT } from '../model/exit-codes.ts';
import type { Attachment } from '../target/attachment.ts';
import { InspectorError } from '../target/inspector-error.ts';
import { type Arguments, flagArgument } from './arguments.ts';
import { noTargetError, type ResolvedTarget, resolveTarget } from './resolve-target.ts';
import { stopOnSignals } from './stop-on-signals.ts';
import { targetOf } from './target-options.ts';
import type { Terminal } from './terminal.ts';

export interface AttachedCommand<Result> {
  /** Name of the command, for the lines to type when no target was named. */
  readonly command: string;
  /** What Ctrl-C does, in words. */
  readonly stopWords: string;
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
  { command, stopWords, action }: AttachedCommand<Result>,
): Promise<Result> {
  const signals = stopOnSignals(terminal.say, { words: stopWords, onHangUp: 'stop' });
  try {
    const target = await resolveTarget(targetOf(args), command, {
      url: null,
      allowRemote: flagArgument(args, 'allow-remote'),
    });
    try {
      return await attachAndDo(target, terminal, command, (attachment) => action(attachment, signals.stop));
    } finally {
      await target.release();
    }
  } finally {
    signals.release();
  }
}

async function attachAndDo<Result>(
  target: ResolvedTarget,
  terminal: Terminal,
  command: string,
  action: (attachment: Attachment) => Promise<Result>,
): Promise<Result> {
  if (target.attach === null) throw noTargetError(command);
  const attachment = await target.attach(target.process);
  try {
    return await action(attachment);
  } catch (error) {
    throw explain(error, attachment);
  } finally {
    const { problems } = await attachment.detach();
    for (const problem of problems) terminal.say(`while letting go of the target: ${problem}`);
  }
}

/** What fails while a target is attached fails for the target's reasons, unless it says otherwise itself. */
function explain(error: unknown, { facts, session }: Attachment): unknown {
  if (error instanceof ProfilerError) return error;
  const cause = error as Error;
  if (!session.isOpen) {
    return new ProfilerError(
      'target-lost',
      EXIT.targetLost,
      `${facts.name} (process ${facts.pid}) went away in the middle: ${cause.message}.`,
      'Look why it ended or closed its inspector, and try again.',
      { cause },
    );
  }
  if (!(error instanceof InspectorError)) return error;
  return new ProfilerError(
    'inspector-failed',
    EXIT.attachFailed,
    `${facts.name} (process ${facts.pid}) did not answer as it should: ${cause.message}.`,
    'A blocked event loop answers late: try again when it is less busy.',
    { cause },
  );
}
