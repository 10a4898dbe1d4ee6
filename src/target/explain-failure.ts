import { ProfilerError } from '../model/errors.ts';
import { EXIT } from '../model/exit-codes.ts';
import type { TargetFacts } from '../model/run-manifest.ts';
import type { Attachment } from './attachment.ts';
import { InspectorError } from './inspector-error.ts';
import { describeThread } from './one-thread.ts';
import { isSameProcess } from './process-facts.ts';

/**
 * What fails while a target is attached fails for the target's reasons, unless it says otherwise itself: exit 4 when it
 * went away, 3 when it did not answer. Anything else is returned as it came.
 */
export function explainFailure(
  error: unknown,
  { facts, process, session, thread }: Attachment,
  /** Why the process is gone, as text that follows its name, if known. */
  causeOfDeath: () => string | null = () => null,
): unknown {
  if (error instanceof ProfilerError) return error;
  const cause = error as Error;
  if (thread?.hasEnded && (process === null || isSameProcess(process))) {
    return new ProfilerError(
      'thread-ended',
      EXIT.targetLost,
      `The ${describeThread(thread)} of ${facts.name} (process ${facts.pid}) ended during the capture.`,
      'Capture one that lives for longer, or for a shorter time: profiler doctor lists them.',
      { cause },
    );
  }
  if (session.end?.cause === 'target-exiting') {
    return new ProfilerError(
      'target-exiting',
      EXIT.targetLost,
      `${facts.name} (process ${facts.pid}) exited while the tool was attached: it got a signal to end, or had nothing left to do.`,
      'The tool disconnected at once, so that the service could exit. Try again when the service is back.',
      { cause },
    );
  }
  // A further connection may be the first to see it.
  const isLost = !session.isOpen || (error instanceof InspectorError && error.reason === 'closed');
  if (isLost || (process !== null && !isSameProcess(process))) {
    const died = causeOfDeath();
    if (died !== null) return diedOf(facts, died, cause);
    return new ProfilerError(
      'target-lost',
      EXIT.targetLost,
      `${facts.name} (process ${facts.pid}) disconnected while the tool was attached: ${cause.message}.`,
      'Find out why it ended or closed its inspector, then try again.',
      { cause },
    );
  }
  if (!(error instanceof InspectorError)) return error;
  return new ProfilerError(
    'inspector-failed',
    EXIT.attachFailed,
    `${facts.name} (process ${facts.pid}) gave an unexpected answer, or none: ${cause.message}.`,
    'Perhaps its event loop is blocked: try again when it is less busy.',
    { cause },
  );
}

/** For one whose end was reported, as text that follows its name. */
export function diedOf({ name, pid }: Pick<TargetFacts, 'name' | 'pid'>, died: string, cause: unknown): ProfilerError {
  return new ProfilerError(
    'target-lost',
    EXIT.targetLost,
    `${name} (process ${pid}) ${died}.`,
    /lack of memory/.test(died)
      ? 'Give it more memory, or take no heap snapshot: it needs several times the size of the heap.'
      : 'Find out why it ended, then try again.',
    { cause },
  );
}

/** For one that is not attached yet, or no longer attached. */
export function connectionFailed({ pid }: Pick<TargetFacts, 'pid'>, cause: InspectorError): ProfilerError {
  return new ProfilerError(
    'inspector-failed',
    EXIT.attachFailed,
    `The inspector of process ${pid} gave an unexpected answer, or none: ${cause.message.split('\n')[0]}.`,
    `Try again. If the inspector stays open: profiler detach --pid ${pid}`,
    { cause },
  );
}
