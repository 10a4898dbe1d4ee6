import type { Attachment } from './attachment.ts';
import { connectThread, type ThreadFacts } from './one-thread.ts';
import type { InspectorSession } from './session.ts';

/** The thread of a service that is captured in place of its main thread. */
export interface HeldThread extends ThreadFacts {
  /** It has ended, and the service continues as far as is known. */
  readonly hasEnded: boolean;
}

/**
 * The same attachment, with the sessions of one of its worker threads: what is captured by them is captured there. Watchdog
 * and registry stay with the main thread, so only what ends with its session may be done in the thread.
 */
export async function inThread(attachment: Attachment, id: number): Promise<Attachment> {
  const { session, ...thread } = await connectThread(attachment.session, id);
  const held: HeldThread = {
    ...thread,
    get hasEnded() {
      return session.end !== null && attachment.session.isOpen;
    },
  };
  return {
    facts: attachment.facts,
    process: attachment.process,
    inspector: attachment.inspector,
    openedByUs: attachment.openedByUs,
    session,
    thread: held,
    connect: () => connectFurther(attachment, id),
    heartbeat: () => attachment.heartbeat(),
    suspendWatchdog: () => attachment.suspendWatchdog(),
    resumeWatchdog: () => attachment.resumeWatchdog(),
    detach: (options) => {
      session.disconnect();
      return attachment.detach(options);
    },
  };
}

/** Node gives a session one session a thread: a further one needs a further one. */
async function connectFurther(attachment: Attachment, id: number): Promise<InspectorSession> {
  const further = await attachment.connect();
  try {
    const { session } = await connectThread(further, id);
    void session.closed.then(() => further.disconnect());
    return session;
  } catch (error) {
    further.disconnect();
    throw error;
  }
}
