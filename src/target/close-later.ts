import { setTimeout as sleep } from 'node:timers/promises';
import { closeUnlessShared } from './close-unless-shared.ts';
import { connectInspector } from './connect-inspector.ts';
import { inspectorPortOf } from './inspector-port.ts';
import { removeMark } from './opening-mark.ts';
import { poll } from './poll.ts';
import type { OpenInspector } from './probe-inspector.ts';
import { isListeningOn, type ProcessFacts } from './process-facts.ts';
import { callInTarget, closeRegistry, closingOf, unlessShared } from './target-registry.ts';

const AT_ONCE_MS = 500;
/** So long the connection is held: what was asked is on its way by then, and earlier connections of ours have ended. */
const ON_ITS_WAY_MS = 1_000;

/**
 * Closes an inspector that we opened and whose process does not answer now. No answer is awaited: the thread of the
 * inspector keeps what was asked, also when this tool has ended, until the program goes on. The mark stays until then, so
 * that `detach` knows whose it is. False if it is open still.
 */
export async function closeLater(facts: ProcessFacts, inspector: OpenInspector): Promise<boolean> {
  const session = await connectInspector(inspector.url).catch(() => null);
  if (!session) return !isListeningOn(facts, inspector.port);
  // What it was asked before may come first: then there is a registry by now, and a watchdog.
  const asked = [callInTarget(closeRegistry), unlessShared(closingOf(inspectorPortOf(facts)))].map((expression) =>
    closeUnlessShared(session, expression),
  );
  await Promise.race([Promise.all(asked), sleep(ON_ITS_WAY_MS)]);
  const isClosed = (): true | null => (isListeningOn(facts, inspector.port) ? null : true);
  let closed = await poll(isClosed, AT_ONCE_MS);
  // A program may have taken away, or replaced, what the usual way needs. This needs nothing of it.
  if (!closed && session.isOpen) {
    await closeUnlessShared(session, unlessShared(`require('node:inspector').close()`), { inTurn: false });
    closed = await poll(isClosed, AT_ONCE_MS);
  }
  // Node 18 with ES modules and a `require` of the program: no module of Node can be loaded, so connections are not counted.
  if (!closed && session.isOpen) {
    await session.evaluate('process._debugEnd()', { deadlineMs: ON_ITS_WAY_MS }).catch(() => {});
    closed = await poll(isClosed, AT_ONCE_MS);
  }
  session.disconnect();
  if (closed) removeMark(facts);
  return closed !== null;
}
