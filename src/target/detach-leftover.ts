import { ProfilerError } from '../model/errors.ts';
import { EXIT } from '../model/exit-codes.ts';
import { assessAttach } from './attach-checks.ts';
import { closeUnlessShared, OTHER_DEBUGGER } from './close-unless-shared.ts';
import { connectVerified } from './connect-verified.ts';
import { connectionFailed } from './explain-failure.ts';
import { InspectorError } from './inspector-error.ts';
import { inspectorPortOf } from './inspector-port.ts';
import { removeMark, wasOpenedByUs } from './opening-mark.ts';
import { candidateSockets, likelyInspectorSockets, type OpenInspector, probeSockets } from './probe-inspector.ts';
import type { ProcessFacts } from './process-facts.ts';
import { heldBy, inspectRegistry } from './registry-owner.ts';
import { assertNotHeld } from './target-lock.ts';
import { callInTarget, cleanUpRegistry, closeRegistry, closingOf, unlessShared } from './target-registry.ts';

export interface LeftoverResult {
  readonly closed: boolean;
  readonly detail: string;
}

/**
 * Closes an inspector that was left open: one that a dead instance of this tool opened (its mark is in the target), or
 * with `force` any. Without force an inspector that others opened is left alone (exit 3 with the reason), and so is
 * one where another instance is at work.
 */
export async function detachLeftover(
  facts: ProcessFacts,
  { force = false }: { readonly force?: boolean } = {},
): Promise<LeftoverResult> {
  const refusal = assessAttach(facts, { isOpen: true });
  if (refusal) throw refusal;
  if (!force) await assertNotHeld(facts);
  const inspector = await probeSockets(force ? candidateSockets(facts.pid) : likelyInspectorSockets(facts));
  if (!inspector) return { closed: false, detail: `process ${facts.pid} has no inspector open` };

  try {
    return await closeAt(facts, inspector, force);
  } catch (error) {
    throw error instanceof InspectorError ? connectionFailed(facts, error) : error;
  }
}

async function closeAt(facts: ProcessFacts, inspector: OpenInspector, force: boolean): Promise<LeftoverResult> {
  const { session } = await connectVerified(facts, inspector);
  try {
    const { state, heldByOther } = await inspectRegistry(session);
    if (state && heldByOther && !force) throw heldBy(state);
    const isOurs = wasOpenedByUs(facts);
    if (!state && !isOurs && !force) throw notOurs(facts.pid, inspector.port);
    const problems = await session.evaluateInTurn<string[]>(callInTarget(cleanUpRegistry));
    await session.call('Runtime.discardConsoleEntries');
    let closing = await closeUnlessShared(session, callInTarget(closeRegistry));
    if (closing !== 'shared' && session.isOpen && (isOurs || force))
      closing = await closeUnlessShared(session, unlessShared(closingOf(inspectorPortOf(facts))));
    if (closing === 'failed')
      return { closed: false, detail: [keptOpen(facts.pid, inspector.port), ...problems].join('; ') };
    if (closing === 'shared')
      return { closed: false, detail: [leftToOther(facts.pid, inspector.port), ...problems].join('; ') };
    removeMark(facts);
    const closed = !session.isOpen;
    const what = closed
      ? `closed the inspector of process ${facts.pid} (port ${inspector.port})`
      : `cleaned up in process ${facts.pid}; its inspector was open before and stays open`;
    return { closed, detail: [what, ...problems].join('; ') };
  } finally {
    session.disconnect();
  }
}

/** To close waits for the other end of every connection, and the service with it. */
function leftToOther(pid: number, port: number): string {
  return `cleaned up in process ${pid}; ${OTHER_DEBUGGER} (port ${port}), so it was left open: end that one and try again`;
}

function keptOpen(pid: number, port: number): string {
  return `cleaned up in process ${pid}; its inspector stays open on port ${port} until the process ends: the program has replaced what closes it`;
}

function notOurs(pid: number, port: number): ProfilerError {
  return new ProfilerError(
    'inspector-not-ours',
    EXIT.attachFailed,
    `The inspector of process ${pid} (port ${port}) was not opened by this tool, but by a debugger or by --inspect.`,
    `To close it anyway: profiler detach --pid ${pid} --force`,
  );
}
