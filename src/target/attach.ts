import { ProfilerError } from '../model/errors.ts';
import { EXIT } from '../model/exit-codes.ts';
import type { Milliseconds } from '../model/units.ts';
import { agentAt } from './agent-door.ts';
import { assessAttach } from './attach-checks.ts';
import { type Attachment, createAttachment } from './attachment.ts';
import { closeAbandoned } from './close-abandoned.ts';
import { closeLater } from './close-later.ts';
import { closeUnlessShared } from './close-unless-shared.ts';
import { type Connection, connectVerified } from './connect-verified.ts';
import { newInspectorSockets, openBefore } from './event-loops.ts';
import { connectionFailed } from './explain-failure.ts';
import { InspectorError } from './inspector-error.ts';
import { DEFAULT_INSPECTOR_PORT, inspectorPortOf } from './inspector-port.ts';
import { lockInspectorPort } from './inspector-port-lock.ts';
import type { NamedLock } from './named-lock.ts';
import { openInspector, targetGone } from './open-inspector.ts';
import { removeMark, wasOpenedByUs } from './opening-mark.ts';
import { poll } from './poll.ts';
import { likelyInspectorSockets, type OpenInspector, probeSockets } from './probe-inspector.ts';
import { isSameProcess, type ProcessFacts, readProcessFacts } from './process-facts.ts';
import { claimFresh, claimTarget, WATCHDOG_TICK_MS } from './registry-owner.ts';
import { tooFewDescriptors } from './room-for-inspector.ts';
import { lockTarget } from './target-lock.ts';
import { movingOfInspector, unlessShared } from './target-registry.ts';

const MOVE_DEADLINE_MS = 5_000;

export interface AttachOptions {
  readonly log?: (line: string) => void;
  /** How long the target may take to open its inspector after the signal. */
  readonly openDeadlineMs?: Milliseconds;
  /** Beat of the watchdog in the target; shorter ones are for tests. */
  readonly watchdogTickMs?: Milliseconds;
}

/**
 * Attaches to a running Node process: through the agent where the service has loaded it; else by its inspector where that
 * is open already; else opens that by SIGUSR1, moves it off Node's one default port and leaves a watchdog. Rejects with a
 * ProfilerError (exit 3) that says what to do instead; nothing is left behind then.
 */
export async function attach(facts: ProcessFacts, options: AttachOptions = {}): Promise<Attachment> {
  const now = readProcessFacts(facts.pid);
  if (!now || now.startTicks !== facts.startTicks) throw targetGone(facts.pid);
  const refusal = assessAttach(now, { isOpen: true });
  if (refusal) throw refusal;

  const held = await lockTarget(now);
  try {
    for (const closed of await closeAbandoned()) options.log?.(closed);
    const attachment = await attachThroughAgent(now, held, options);
    if (attachment) return attachment;
    const lock = await lockInspectorPort(DEFAULT_INSPECTOR_PORT);
    return await attachAlone(now, held, options).finally(lock.release);
  } catch (error) {
    held.release();
    throw error instanceof InspectorError ? connectionFailed(facts, error) : error;
  }
}

/** Null if there is none, or none that lets us in: a service that is blocked can be asked by its inspector alone. */
async function attachThroughAgent(
  facts: ProcessFacts,
  lock: NamedLock,
  { log = () => {}, watchdogTickMs: tickMs = WATCHDOG_TICK_MS }: AttachOptions,
): Promise<Attachment | null> {
  if (facts.agentDoor === null) return null;
  try {
    const { first } = await claim(facts, agentAt(facts.agentDoor), false, tickMs);
    log(`the agent in ${facts.pid} answers at ${facts.agentDoor}`);
    return await attachmentOf(facts, first, { openedByUs: false, tickMs, lock });
  } catch (error) {
    if (!(error instanceof InspectorError) || error.method !== 'connect') throw error;
    const refusal = assessAttach(facts);
    if (refusal) throw agentClosed(facts, error, refusal);
    log(`${error.message}; the inspector of ${facts.pid} is tried instead`);
    return null;
  }
}

async function attachAlone(facts: ProcessFacts, lock: NamedLock, options: AttachOptions): Promise<Attachment> {
  const { log = () => {}, openDeadlineMs, watchdogTickMs: tickMs = WATCHDOG_TICK_MS } = options;
  const before = await probeSockets(likelyInspectorSockets(facts));
  const { inspector, opened } = before
    ? { inspector: before, opened: false }
    : await openInspector(facts, openDeadlineMs === undefined ? {} : { deadlineMs: openDeadlineMs });
  log(
    opened
      ? `opened the inspector of ${facts.pid}`
      : `the inspector of ${facts.pid} is open already (port ${inspector.port})`,
  );

  const isOurs = opened || wasOpenedByUs(facts);
  const { first, openedByUs } = await claim(facts, inspector, isOurs, tickMs).catch(async (error) => {
    if (isOurs && error instanceof InspectorError && !(await closeLater(facts, inspector)))
      throw leftOpen(facts, inspector, error);
    throw error;
  });
  removeMark(facts);
  // To move it needs descriptors at the moment when Node has none to spare for a failure.
  const isInTheWay = openedByUs && inspector.port === DEFAULT_INSPECTOR_PORT && tooFewDescriptors(facts.pid) === null;
  const connection = isInTheWay ? await moveAway(facts, first) : first;
  return await attachmentOf(facts, connection, { openedByUs, tickMs, lock });
}

async function attachmentOf(
  facts: ProcessFacts,
  { session, inspector, nodeVersion }: Connection,
  held: { readonly openedByUs: boolean; readonly tickMs: Milliseconds; readonly lock: NamedLock },
): Promise<Attachment> {
  // What the console held before we came is not ours to keep alive.
  await session.call('Runtime.discardConsoleEntries');
  const known = { ...facts, nodeVersion };
  return createAttachment({ facts: known, process: known, session, inspector, ...held });
}

function agentClosed({ pid, agentDoor }: ProcessFacts, cause: InspectorError, refusal: ProfilerError): ProfilerError {
  return new ProfilerError(
    'agent-unreachable',
    EXIT.attachFailed,
    `The agent in process ${pid} (${agentDoor}) gave no session: ${cause.message}. And its inspector may not be opened: ${refusal.message}`,
    'A blocked service responds when it continues: try again then. The log of the service says what its agent lacks.',
    { cause },
  );
}

/** It is blocked: what it was asked waits in it. Or it is a program that lets nothing of ours run. */
function leftOpen({ pid }: ProcessFacts, { port }: OpenInspector, cause: InspectorError): ProfilerError {
  return new ProfilerError(
    'inspector-failed',
    EXIT.attachFailed,
    `The inspector of process ${pid} gave an unexpected answer, or none: ${cause.message.split('\n')[0]}. It is still open on port ${port}.`,
    `A blocked process closes it when it continues. If it stays open: profiler detach --pid ${pid}`,
    { cause },
  );
}

async function claim(
  facts: ProcessFacts,
  inspector: OpenInspector,
  isOurs: boolean,
  tickMs: Milliseconds,
): Promise<{ readonly first: Connection; readonly openedByUs: boolean }> {
  const request = { openedByUs: isOurs, debugPort: inspectorPortOf(facts), tickMs };
  const first = await connectVerified(facts, inspector, isOurs ? claimFresh(request) : null);
  try {
    const { openedByUs } = await claimTarget(first.session, request);
    return { first, openedByUs };
  } catch (error) {
    first.session.disconnect();
    throw error;
  }
}

/** Every Node opens the same port, so the next target could not open its own while this one stays there. */
async function moveAway(facts: ProcessFacts, first: Connection): Promise<Connection> {
  const { session, inspector } = first;
  const before = openBefore(facts.pid, inspector.port);
  const moving = await closeUnlessShared(session, unlessShared(movingOfInspector()), { deadlineMs: MOVE_DEADLINE_MS });
  // Where another debugger is connected it stays where it is: to move it would wait for that one.
  if (moving !== 'asked') return first;
  session.disconnect();
  const moved = await poll(() => probeSockets(newInspectorSockets(facts.pid, before)), MOVE_DEADLINE_MS);
  if (moved) return connectVerified(facts, moved);
  if (!isSameProcess(facts)) throw targetGone(facts.pid);
  throw new ProfilerError(
    'inspector-lost',
    EXIT.attachFailed,
    `The inspector of ${facts.pid} closed port ${inspector.port} and was not found again.`,
    'Try again. The watchdog in the service closes the inspector within half a minute.',
  );
}
