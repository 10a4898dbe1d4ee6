import { setTimeout as sleep } from 'node:timers/promises';
import { closeUnlessShared } from './close-unless-shared.ts';
import { connectInspector } from './connect-inspector.ts';
import { inspectorPortOf } from './inspector-port.ts';
import { removeMark } from './opening-mark.ts';
import { poll } from './poll.ts';
import type { OpenInspector } from './probe-inspector.ts';
import { isListeningOn, type ProcessFacts } from './process-facts.ts';
import { callInTarget, closeInspector, closeRegistry, unlessShared } from './target-registry.ts';

const AT_ONCE_MS = 500;
/** So long the connection is held: what was asked is on its way by then, and earlier connections of ours have ended. */
const ON_ITS_WAY_MS = 1_000;

/**
 * Closes an inspector that we opened and whose process does not answer now. No answer is awaited: the thread of the
 * inspector keeps what was asked, also when this tool has ended, until the program goes on. The mark stays until then, so
 * that `detach` knows whose it is.
 */
export async function closeLater(facts: ProcessFacts, inspector: OpenInspector): Promise<void> {
  const session = await connectInspector(inspector.url).catch(() => null);
  if (!session) return;
  // What it was asked before may come first: then there is a registry by now, and a watchdog.
  const asked = [callInTarget(closeRegistry), unlessShared(callInTarget(closeInspector, inspectorPortOf(facts)))].map(
    (expression) => closeUnlessShared(session, expression),
  );
  await Promise.race([Promise.all(asked), sleep(ON_ITS_WAY_MS)]);
  session.disconnect();
  const isClosed = (): true | null => (isListeningOn(facts, inspector.port) ? null : true);
  if (await poll(isClosed, AT_ONCE_MS)) removeMark(facts);
}
