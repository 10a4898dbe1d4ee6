import { setTimeout as sleep } from 'node:timers/promises';
import { closeLater } from './close-later.ts';
import { detachLeftover } from './detach-leftover.ts';
import { removeMark } from './opening-mark.ts';
import { likelyInspectorSockets, probeSockets } from './probe-inspector.ts';
import { isSameProcess, readProcessFacts } from './process-facts.ts';
import { lockTarget } from './target-lock.ts';

// A process of its own, started by `startClosingHelper`: the tool has ended, and the signal that it sent to a blocked
// service will open an inspector yet. Waits for that, closes it, and ends. Another instance that comes in between takes it
// over.

const LOOK_EVERY_MS = 250;

const [pid = 0, startTicks = 0, lifeMs = 0] = process.argv.slice(2).map(Number);
const untilMs = performance.now() + lifeMs;
while (performance.now() < untilMs && isSameProcess({ pid, startTicks })) {
  if (await closeWhenOpen()) break;
  await sleep(LOOK_EVERY_MS);
}
// If it has ended, nothing has to be closed.
if (!isSameProcess({ pid, startTicks })) removeMark({ pid, startTicks });
process.exit();

async function closeWhenOpen(): Promise<boolean> {
  const facts = readProcessFacts(pid);
  const inspector = facts && (await probeSockets(likelyInspectorSockets(facts)));
  if (!inspector) return false;
  const lock = await lockTarget(facts).catch(() => null);
  // The mark shows its holder that it has to close what it found open.
  if (lock === null) return true;
  try {
    const { closed } = await detachLeftover(facts).catch(async () => ({ closed: await closeLater(facts, inspector) }));
    return closed;
  } finally {
    lock.release();
  }
}
