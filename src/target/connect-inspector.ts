import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { printable } from '../model/printable.ts';
import type { Milliseconds } from '../model/units.ts';
import { InspectorError } from './inspector-error.ts';
import { LONGEST_MESSAGE_BYTES, readInspectorMessage } from './inspector-message.ts';
import type { InspectorSession } from './session.ts';
import { awaitTurn, type TakenTurn, takeTurn } from './turns.ts';

const CALL_DEADLINE_MS = 10_000;
const CONNECT_DEADLINE_MS = 5_000;
/** How long the end of the running callback is awaited before it is interrupted. */
const TURN_PATIENCE_MS = 1_000;
/** Handles of thrown errors are kept under this name in the target until they are released. */
const OBJECT_GROUP = 'soak-profiler';

interface CallOptions {
  readonly deadlineMs?: Milliseconds;
}

interface PendingCall {
  readonly method: string;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: InspectorError) => void;
  readonly timer: NodeJS.Timeout;
}

interface EvaluateResult {
  /** Missing where whoever answers is no inspector. */
  readonly result?: { readonly value?: unknown };
  readonly exceptionDetails?: {
    readonly text: string;
    readonly exception?: { readonly description?: string; readonly value?: unknown };
  };
}

/**
 * Opens one inspector connection to `ws://host:port/id`. Rejects with an InspectorError when there is none within 5 s.
 * A stopped process accepts the connection and never answers, so every later call has a deadline of its own.
 */
export async function connectInspector(url: string): Promise<InspectorSession> {
  const socket = new WebSocket(url, {
    maxPayload: LONGEST_MESSAGE_BYTES,
    perMessageDeflate: false,
    followRedirects: false,
    handshakeTimeout: CONNECT_DEADLINE_MS,
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', (error) => reject(new InspectorError('connect', 'closed', `${url}: ${error.message}`)));
  });
  return new WebSocketSession(socket);
}

class WebSocketSession implements InspectorSession {
  readonly closed: Promise<string>;
  readonly #socket: WebSocket;
  readonly #pending = new Map<number, PendingCall>();
  readonly #listeners = new Map<string, Set<(params: never) => void>>();
  #lastId = 0;
  /** Why the connection ends, where that is known before it does. */
  #endReason = '';

  constructor(socket: WebSocket) {
    this.#socket = socket;
    this.closed = new Promise((resolve) => {
      socket.on('error', (error) => {
        this.#endReason ||= error.message;
      });
      socket.on('close', (code, text) => {
        const reason = this.#endReason || text.toString() || `connection closed (${code})`;
        this.#rejectAll(reason);
        resolve(reason);
      });
    });
    socket.on('message', (message) => this.#receive(String(message)));
  }

  get isOpen(): boolean {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  call<Result = unknown>(method: string, params: object = {}, options: CallOptions = {}): Promise<Result> {
    if (!this.isOpen) return Promise.reject(new InspectorError(method, 'closed', 'the connection is closed'));
    const deadlineMs = options.deadlineMs ?? CALL_DEADLINE_MS;
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise<Result>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#pending.delete(id);
        reject(new InspectorError(method, 'deadline', `no answer within ${deadlineMs} ms`));
      }, deadlineMs);
      this.#pending.set(id, { method, resolve: (result) => resolve(result as Result), reject, timer });
      this.#socket.send(JSON.stringify({ id, method, params }));
    });
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
    // A parameter, since the `require` of the command line is gone when the microtask runs.
    const inTurn = `((require) => (${awaitTurn.toString()})(${JSON.stringify(id)}, () => (${expression})))(require)`;
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
      expression,
      includeCommandLineAPI: true,
      returnByValue: true,
      awaitPromise,
      silent: true,
      objectGroup: OBJECT_GROUP,
    };
    const ask = (): Promise<EvaluateResult> => this.call<EvaluateResult>('Runtime.evaluate', params, options);
    // Seen once, after a forced collection, for a reason not known: V8 does not find the main context. It has evaluated
    // nothing then, so asking again does no harm.
    const reply = await ask().catch((error: unknown) => (isContextMissed(error) ? ask() : Promise.reject(error)));
    if (!reply.exceptionDetails) return reply.result?.value as Value;
    // The thrown object stays alive in the target until its handle is released.
    this.call('Runtime.releaseObjectGroup', { objectGroup: OBJECT_GROUP }).catch(() => {});
    const { exception, text } = reply.exceptionDetails;
    throw new InspectorError(
      'Runtime.evaluate',
      'exception',
      exception?.description ?? String(exception?.value ?? text),
    );
  }

  disconnect(): void {
    this.#socket.terminate();
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
  #refuse(reason: string): void {
    this.#endReason ||= reason;
    this.#socket.terminate();
  }

  #rejectAll(reason: string): void {
    for (const call of this.#pending.values()) {
      clearTimeout(call.timer);
      call.reject(new InspectorError(call.method, 'closed', reason));
    }
    this.#pending.clear();
  }
}

function isContextMissed(error: unknown): boolean {
  return error instanceof InspectorError && /Cannot find context with specified id/.test(error.message);
}
