import { setTimeout as sleep } from 'node:timers/promises';
import type { TargetFacts } from '../model/run-manifest.ts';
import type { Milliseconds } from '../model/units.ts';
import { isAgent } from './agent-door.ts';
import { closeUnlessShared, OTHER_DEBUGGER } from './close-unless-shared.ts';
import { connectInspector } from './connect-inspector.ts';
import { InspectorError, takeIn } from './inspector-error.ts';
import type { NamedLock } from './named-lock.ts';
import { poll } from './poll.ts';
import { type OpenInspector, probeInspector } from './probe-inspector.ts';
import { isListeningOn, isSameProcess, type ProcessFacts } from './process-facts.ts';
import { inspectRegistry, WATCHDOG_TICKS, WATCHDOG_TICKS_IN_CAPTURE } from './registry-owner.ts';
import type { InspectorSession } from './session.ts';
import { beat, callInTarget, cleanUpRegistry, closeRegistry, setTickLimit } from './target-registry.ts';
import type { HeldThread } from './thread-attachment.ts';

const STEP_DEADLINE_MS = 2_000;
/** Long, since an answer may have to queue behind a heap snapshot; what counts is that it was asked. */
const HEARTBEAT_DEADLINE_MS = 60_000;

export interface DetachResult {
  /** False when the inspector is still open although we opened it; `problems` says why. */
  readonly inspectorClosed: boolean;
  readonly problems: readonly string[];
  /** Which of `problems` says that another debugger keeps the inspector open; absent where none does. */
  readonly leftToOther?: string;
}

/** A connection to a target that is ours alone, with a watchdog in the target that ends it when we are gone. */
export interface Attachment {
  /** With the version of Node, now that it is known. */
  readonly facts: TargetFacts;
  /** The process as seen from this host; null when it runs elsewhere (`--inspect` of another machine or container). */
  readonly process: ProcessFacts | null;
  readonly session: InspectorSession;
  readonly inspector: OpenInspector;
  /** False when the inspector was open before us: then it is left open. */
  readonly openedByUs: boolean;
  /** The worker thread that its sessions are with; null for the main thread. */
  readonly thread: HeldThread | null;
  /** Opens a further connection to the same inspector. It ends with the first one. */
  connect(): Promise<InspectorSession>;
  /**
   * Tells the watchdog that we live. Sent every few seconds by itself; an own expression may carry `HEARTBEAT_EXPRESSION`.
   */
  heartbeat(): Promise<void>;
  /** Makes the watchdog more patient during a capture: twice the time, counted in its own ticks. */
  suspendWatchdog(): Promise<void>;
  resumeWatchdog(): Promise<void>;
  /**
   * Undoes all that was installed, frees what the open inspector made V8 keep, and closes it if we opened it. Never
   * rejects and may be called again. A target that does not answer within `patienceMs` (2 s; more in the middle of a
   * heap snapshot) is left to its watchdog, and so is an inspector to which another debugger is connected: closing it
   * would wait for that one, and the service with it. After a new `attach` to the same process the earlier
   * attachment is void: release it without a word.
   */
  detach(options?: { readonly patienceMs?: Milliseconds }): Promise<DetachResult>;
}

interface AttachmentParts {
  readonly facts: TargetFacts;
  readonly process: ProcessFacts | null;
  readonly session: InspectorSession;
  readonly inspector: OpenInspector;
  readonly openedByUs: boolean;
  readonly tickMs: Milliseconds;
  /** Keeps other instances away; released with the connection. Null if the process is not of this host. */
  readonly lock: NamedLock | null;
}

export function createAttachment(parts: AttachmentParts): Attachment {
  return new HeldAttachment(parts);
}

class HeldAttachment implements Attachment {
  readonly facts: TargetFacts;
  readonly process: ProcessFacts | null;
  readonly session: InspectorSession;
  readonly inspector: OpenInspector;
  readonly openedByUs: boolean;
  readonly thread = null;
  readonly #heartbeatTimer: NodeJS.Timeout;
  readonly #further = new Set<InspectorSession>();
  #detached: Promise<DetachResult> | null = null;

  constructor(parts: AttachmentParts) {
    this.facts = parts.facts;
    this.process = parts.process;
    this.session = parts.session;
    this.inspector = parts.inspector;
    this.openedByUs = parts.openedByUs;
    this.#heartbeatTimer = setInterval(() => this.heartbeat().catch(() => {}), parts.tickMs).unref();
    void this.session.closed.then(() => {
      clearInterval(this.#heartbeatTimer);
      parts.lock?.release();
    });
  }

  async connect(): Promise<InspectorSession> {
    const further = await connectInspector(this.inspector.url);
    this.#further.add(further);
    void further.closed.then(() => this.#further.delete(further));
    void this.session.closed.then((end) => further.disconnect(end));
    return further;
  }

  async heartbeat(): Promise<void> {
    const isHeard = await this.session.evaluate(callInTarget(beat), { deadlineMs: HEARTBEAT_DEADLINE_MS });
    // This tool was stopped for too long: what it had installed is removed. The inspector closes when we release it.
    if (isHeard === false)
      this.session.disconnect({
        cause: 'closed',
        detail: 'the watchdog in the target had not heard of this tool for too long',
      });
  }

  async suspendWatchdog(): Promise<void> {
    await this.session.evaluate(callInTarget(setTickLimit, WATCHDOG_TICKS_IN_CAPTURE));
  }

  async resumeWatchdog(): Promise<void> {
    await this.session.evaluate(callInTarget(setTickLimit, WATCHDOG_TICKS));
  }

  detach({ patienceMs = STEP_DEADLINE_MS }: { readonly patienceMs?: Milliseconds } = {}): Promise<DetachResult> {
    clearInterval(this.#heartbeatTimer);
    this.#detached ??= this.#detachOnce(patienceMs);
    return this.#detached;
  }

  async #detachOnce(patienceMs: Milliseconds): Promise<DetachResult> {
    // The inspector goes with the process. To connect again would hold the process up.
    if (this.session.end?.cause === 'target-exiting') return { inspectorClosed: true, problems: [] };
    const session = this.session.isOpen ? this.session : await this.#reconnect();
    const { problems, isShared } = session
      ? await this.#leave(session, patienceMs)
      : { problems: this.#whyUnreachable(), isShared: false };
    if (isShared) {
      const leftToOther = this.#leftToOther();
      return { inspectorClosed: !this.openedByUs, problems: [...problems, leftToOther], leftToOther };
    }
    const inspectorClosed = !this.openedByUs || (await this.#isClosed());
    if (!inspectorClosed && problems.length === 0) problems.push('the inspector did not close in time');
    return { inspectorClosed, problems };
  }

  /** The connection was lost but the inspector may be open still. */
  async #reconnect(): Promise<InspectorSession | null> {
    if (this.process && !isSameProcess(this.process)) return null;
    const found = await findAgain(this.inspector);
    if (!found) return null;
    try {
      const session = await connectInspector(found.url);
      const { state, heldByOther } = await inspectRegistry(session);
      if (state && !heldByOther) return session;
      session.disconnect();
    } catch {
      // Gone while we came.
    }
    return null;
  }

  async #leave(
    session: InspectorSession,
    patienceMs: Milliseconds,
  ): Promise<{ readonly problems: string[]; readonly isShared: boolean }> {
    const problems = await this.#cleanUp(session, patienceMs);
    const discarded = session.call('Runtime.discardConsoleEntries', {}, { deadlineMs: STEP_DEADLINE_MS });
    for (const further of this.#further) further.disconnect();
    // Not awaited one by one: the objects of a console call between the two would never be released.
    const closing = closeUnlessShared(session, callInTarget(closeRegistry), { deadlineMs: STEP_DEADLINE_MS });
    const answers = Promise.all([closing, discarded.catch(() => {})]).then(([closed]) => closed === 'shared');
    const isShared = await (problems.length > 0 ? Promise.race([answers, sleep(100, false)]) : answers);
    session.disconnect();
    return { problems, isShared };
  }

  async #cleanUp(session: InspectorSession, patienceMs: Milliseconds): Promise<string[]> {
    try {
      const told = await session.evaluateInTurn<string[]>(callInTarget(cleanUpRegistry), { deadlineMs: patienceMs });
      return takeIn('Runtime.evaluate', () => told.map(String));
    } catch (error) {
      if (!(error instanceof InspectorError)) throw error;
      if (error.reason === 'closed') return [];
      return [`the target does not answer (${error.message}); its watchdog cleans up and closes when it goes on`];
    }
  }

  #leftToOther(): string {
    const { port } = this.inspector;
    const command = `profiler detach --pid ${this.process?.pid ?? 'PID'}`;
    return `${OTHER_DEBUGGER} (port ${port}), so it was left open; it closes when that one has gone, or then by: ${command}`;
  }

  #whyUnreachable(): string[] {
    if (this.process && !isSameProcess(this.process)) return [];
    return ['the connection was lost and could not be made again; the watchdog in the target cleans up by itself'];
  }

  async #isClosed(): Promise<boolean> {
    const target = this.process;
    if (!target) return true;
    const isGone = (): true | null => (isListeningOn(target, this.inspector.port) ? null : true);
    return (await poll(isGone, STEP_DEADLINE_MS)) !== null;
  }
}

/** The number in its address is another each time it is opened; that of an agent stays. */
async function findAgain(inspector: OpenInspector): Promise<OpenInspector | null> {
  return isAgent(inspector) ? inspector : await probeInspector(inspector.host, inspector.port);
}
