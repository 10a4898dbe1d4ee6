import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { printable } from '../model/printable.ts';
import type { Milliseconds } from '../model/units.ts';
import { pathOfAgent } from './agent-door.ts';
import { connectAgent } from './connect-agent.ts';
import { connectWebSocket } from './connect-websocket.ts';
import { InspectorError } from './inspector-error.ts';
import { readInspectorMessage } from './inspector-message.ts';
import { withNode } from './node-of-program.ts';
import type { InspectorSession, SessionEnd } from './session.ts';
import type { Transport } from './transport.ts';
import { awaitTurn, type TakenTurn, takeTurn } from './turns.ts';

const CALL_DEADLINE_MS = 10_000;
const CONNECT_DEADLINE_MS = 5_000;
/** A target that answers does so within this, so that each call still has its chance. */
const LEAST_HASTENED_MS = 1_000;
/** How long the end of the running callback is awaited before it is interrupted. */
const TURN_PATIENCE_MS = 1_000;
/** Handles of thrown errors are kept under this name in the target until they are released. */
const OBJECT_GROUP = 'soak-profiler';

const NOTIFY = 'NodeRuntime.notifyWhenWaitingForDisconnect';
/** A target that answers at all answers within this time. One that streams a snapshot may need a little longer. */
const SILENCE_MS = 100;
const LAST_WORDS_MS = 1_000;
const TARGET_EXITING: SessionEnd = { cause: 'target-exiting', detail: 'the program has ended, its process is exiting' };
const LET_GO: SessionEnd = { cause: 'closed', detail: 'the connection was closed here' };

interface CallOptions {
  readonly deadlineMs?: Milliseconds;
}

interface PendingCall {
  readonly method: string;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: InspectorError) => void;
  /** By our clock: when it is given up. */
  readonly dueMs: number;
  timer: NodeJS.Timeout;
}

interface EvaluateResult {
  /** Missing if the process that answers is not an inspector. */
  readonly result?: { readonly value?: unknown };
  readonly exceptionDetails?: {
    readonly text: string;
    readonly exception?: { readonly description?: string; readonly value?: unknown };
  };
}

/**
 * Opens one session with `ws://host:port/id`, an inspector, or `agent:/path`, the agent in a service. Rejects with an
 * InspectorError when there is none within 5 s. A stopped process accepts the connection and never answers, so every
 * later call has a deadline of its own.
 */
export async function connectInspector(url: string): Promise<InspectorSession> {
  const door = pathOfAgent(url);
  const transport = await (door === null
    ? connectWebSocket(url, CONNECT_DEADLINE_MS)
    : connectAgent(door, CONNECT_DEADLINE_MS));
  return new TransportSession(transport, { isWorker: false });
}

/**
 * The session of a worker thread, whose messages another session carries. That one tells when the program has ended: a
 * thread that was to say so too would wait with its end for us.
 */
export function openWorkerSession(transport: Transport): InspectorSession {
  return new TransportSession(transport, { isWorker: true });
}

class TransportSession implements InspectorSession {
  readonly closed: Promise<SessionEnd>;
  readonly #transport: Transport;
  readonly #pending = new Map<number, PendingCall>();
  readonly #listeners = new Map<string, Set<(params: never) => void>>();
  #lastId = 0;
  #tellClosed: (end: SessionEnd) => void = () => {};
  #end: SessionEnd | null = null;
  /** That the program has ended, on this connection. */
  #wasTold = false;
  /** By our clock: when the connection is closed whatever is still on its way. */
  #leaveBy = Number.POSITIVE_INFINITY;
  #silence: NodeJS.Timeout | undefined;
  /** By our clock: when whatever waits for an answer is given up. */
  #hastenedBy = Number.POSITIVE_INFINITY;
  /** Runs while a context that was missed is looked for once more. */
  #checking: Promise<void> | null = null;

  constructor(transport: Transport, { isWorker }: { readonly isWorker: boolean }) {
    this.#transport = transport;
    // Nothing is left to take back.
    this.#wasTold = isWorker;
    this.closed = new Promise((resolve) => {
      this.#tellClosed = resolve;
    });
    transport.listen({
      message: (text) => {
        this.#receive(text);
        if (this.#end) this.#leaveWhenQuiet();
      },
      closed: (detail) => {
        // First the callbacks that close what belongs to it, then the callers whose calls fail and that may try something
        // else.
        this.#tellEnd({ cause: 'closed', detail });
        this.#rejectAll();
      },
    });
    this.on('NodeRuntime.waitingForDisconnect', () => {
      this.#wasTold = true;
      this.disconnect(TARGET_EXITING);
    });
    if (isWorker) return;
    // Node 18 to 26 know it. Not waited for, since a stopped process accepts connections and never answers; and not
    // `Runtime.enable`, whose event says the same: that replays the console and keeps what is logged from then on.
    this.call(NOTIFY, { enabled: true }).catch(() => {});
  }

  get isOpen(): boolean {
    return this.#end === null && this.#transport.isOpen;
  }

  get end(): SessionEnd | null {
    return this.#end;
  }

  async call<Result = unknown>(method: string, params: object = {}, options: CallOptions = {}): Promise<Result> {
    if (!this.isOpen) throw new InspectorError(method, 'closed', this.#end?.detail ?? 'the connection is closed');
    try {
      return (await this.#send(method, params, options.deadlineMs ?? CALL_DEADLINE_MS)) as Result;
    } catch (error) {
      if (!isContextMissed(error)) throw error;
      this.#checking ??= this.#checkContext().finally(() => {
        this.#checking = null;
      });
      await this.#checking;
      throw this.#end ? new InspectorError(method, 'closed', this.#end.detail) : error;
    }
  }

  on<Params = unknown>(event: string, listener: (params: Params) => void): () => void {
    const listeners = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, listeners.add(listener));
    return () => listeners.delete(listener);
  }

  evaluate<Value = unknown>(expression: string, options: CallOptions = {}): Promise<Value> {
    return this.#evaluate<Value>(expression, options, false);
  }

  async evaluateInTurn<Value = unknown>(
    expression: string,
    { deadlineMs = CALL_DEADLINE_MS }: CallOptions = {},
  ): Promise<Value> {
    const id = randomUUID();
    const inTurn = `(${awaitTurn.toString()})(${JSON.stringify(id)}, () => (${expression}))`;
    const turn = this.#evaluate<Value>(inTurn, { deadlineMs }, true).then((value) => ({ value }));
    turn.catch(() => {});
    const patienceMs = Math.min(TURN_PATIENCE_MS, deadlineMs / 2);
    const endMs = performance.now() + deadlineMs;
    const waiting = new AbortController();
    try {
      for (;;) {
        const done = await Promise.race([turn, sleep(patienceMs, null, { signal: waiting.signal }).catch(() => null)]);
        if (done) return done.value;
        const take = `(${takeTurn.toString()})(${JSON.stringify(id)}, ${0.9 * patienceMs})`;
        const leftMs = Math.max(1, endMs - performance.now());
        const taken = await this.#evaluate<TakenTurn | undefined>(take, { deadlineMs: leftMs }, false);
        if (taken?.outcome === 'ran') return taken.value as Value;
        if (taken?.outcome === 'gone') return (await turn).value;
      }
    } finally {
      waiting.abort();
    }
  }

  async #evaluate<Value>(expression: string, options: CallOptions, awaitPromise: boolean): Promise<Value> {
    const params = {
      expression: withNode(expression),
      includeCommandLineAPI: true,
      returnByValue: true,
      awaitPromise,
      silent: true,
      objectGroup: OBJECT_GROUP,
    };
    const ask = (): Promise<EvaluateResult> => this.call<EvaluateResult>('Runtime.evaluate', params, options);
    // Nothing was evaluated where the context was missed for a moment, so asking again does no harm.
    const reply = await ask().catch((error: unknown) => (isContextMissed(error) ? ask() : Promise.reject(error)));
    if (!reply.exceptionDetails) return reply.result?.value as Value;
    // The thrown object stays alive in the target until its handle is released.
    this.call('Runtime.releaseObjectGroup', { objectGroup: OBJECT_GROUP }).catch(() => {});
    const { exception, text } = reply.exceptionDetails;
    throw new InspectorError(
      'Runtime.evaluate',
      'exception',
      withoutStack(exception?.description ?? String(exception?.value ?? text)),
    );
  }

  disconnect(end: SessionEnd = LET_GO): void {
    if (this.#end) return;
    const wasOpen = this.isOpen;
    this.#tellEnd(end);
    // The word of the program's end may be on its way unasked: behind the answer to this none is.
    if (wasOpen && !this.#wasTold) this.#send(NOTIFY, { enabled: false }, CALL_DEADLINE_MS).catch(() => {});
    this.#leaveBy = performance.now() + LAST_WORDS_MS;
    this.#leaveWhenQuiet();
  }

  /**
   * Node's inspector crashes, and the process with it, when it writes to a connection that it has just read the end of.
   * So an answer that is on its way is waited for, and a target that says nothing for a moment has none.
   */
  #leaveWhenQuiet(): void {
    clearTimeout(this.#silence);
    const leave = (): void => this.#transport.terminate();
    const leftMs = this.#leaveBy - performance.now();
    if (this.#pending.size === 0 || leftMs <= 0) leave();
    else this.#silence = setTimeout(leave, Math.min(SILENCE_MS, leftMs));
  }

  #receive(text: string): void {
    const message = readInspectorMessage(text);
    if (message === null) {
      this.#refuse(`a message that no inspector sends: ${printable(text.slice(0, 60))}`);
      return;
    }
    if (message.kind === 'event') {
      try {
        for (const listener of this.#listeners.get(message.method) ?? []) listener(message.params as never);
      } catch (error) {
        this.#refuse(`${printable(message.method.slice(0, 60))} could not be taken in: ${(error as Error).message}`);
      }
      return;
    }
    const call = this.#pending.get(message.id);
    if (!call) return; // answered after its deadline
    this.#pending.delete(message.id);
    clearTimeout(call.timer);
    if (message.error !== null) call.reject(new InspectorError(call.method, 'protocol', message.error));
    else call.resolve(message.result);
  }

  /** Who sends nonsense once is not trusted any further. */
  #refuse(detail: string): void {
    this.disconnect({ cause: 'closed', detail });
  }

  #send(method: string, params: object, deadlineMs: Milliseconds): Promise<unknown> {
    if (!this.#transport.isOpen)
      return Promise.reject(new InspectorError(method, 'closed', this.#end?.detail ?? 'the connection is closed'));
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise((resolve, reject) => {
      const leftMs = Math.max(LEAST_HASTENED_MS, this.#hastenedBy - performance.now());
      const withinMs = Math.min(deadlineMs, leftMs);
      const dueMs = performance.now() + withinMs;
      this.#pending.set(id, { method, resolve, reject, dueMs, timer: this.#giveUpAfter(id, withinMs) });
      this.#transport.send(JSON.stringify({ id, method, params }));
    });
  }

  #giveUpAfter(id: number, deadlineMs: Milliseconds): NodeJS.Timeout {
    return setTimeout(() => {
      const call = this.#pending.get(id);
      this.#pending.delete(id);
      call?.reject(new InspectorError(call.method, 'deadline', `no answer within ${Math.round(deadlineMs)} ms`));
    }, deadlineMs);
  }

  hasten(withinMs: Milliseconds): void {
    this.#hastenedBy = performance.now() + withinMs;
    for (const [id, call] of this.#pending) {
      if (call.dueMs <= this.#hastenedBy) continue;
      clearTimeout(call.timer);
      call.timer = this.#giveUpAfter(id, withinMs);
    }
  }

  /**
   * V8 does not find the main context when the program has ended; and it was seen once right after a forced collection, for
   * a moment only and for a reason not known. Asked again, it tells which of the two it is.
   */
  async #checkContext(): Promise<void> {
    const isMissed = await this.#send('Runtime.evaluate', { expression: '0' }, CALL_DEADLINE_MS).then(
      () => false,
      isContextMissed,
    );
    if (isMissed) this.disconnect(TARGET_EXITING);
  }

  /** The first reason counts: what follows is its consequence. */
  #tellEnd(end: SessionEnd): void {
    this.#end ??= end;
    this.#tellClosed(this.#end);
  }

  #rejectAll(): void {
    clearTimeout(this.#silence);
    for (const call of this.#pending.values()) {
      clearTimeout(call.timer);
      call.reject(new InspectorError(call.method, 'closed', this.#end?.detail ?? ''));
    }
    this.#pending.clear();
  }
}

function isContextMissed(error: unknown): boolean {
  return error instanceof InspectorError && /Cannot find context with specified id/.test(error.message);
}

/**
 * The words of an exception. Where in the target it was thrown is a place in code of ours, or whatever the far side writes
 * there.
 */
function withoutStack(description: string): string {
  return description.replace(/\n\s+at [\s\S]*$/, '');
}
