import type { Milliseconds } from '../model/units.ts';
import type { InspectorSession } from '../target/session.ts';

/**
 * While its inspector is open, V8 keeps the arguments of the last 1000 `console` calls alive, with or without a
 * client: a leak of our own making. To be called with every sample, before every snapshot and before closing.
 */
export async function discardConsoleEntries(session: InspectorSession, deadlineMs: Milliseconds): Promise<void> {
  await session.call('Runtime.discardConsoleEntries', {}, { deadlineMs });
}
