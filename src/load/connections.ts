import type { Milliseconds } from '../model/units.ts';
import type { RenderedRequest } from '../scenario/compile-request.ts';
import { type Answer, type BodyUse, Connection, type ConnectionOptions, NOT_SENT } from './connection.ts';
import { monotonicMs } from './monotonic.ts';

interface ConnectionsOptions extends ConnectionOptions {
  readonly maxConnections: number;
}

interface Waiting {
  readonly request: RenderedRequest;
  readonly bodyUse: BodyUse;
  readonly done: (answer: Answer) => void;
}

/**
 * The connections to the target. The one that became idle last is used next, so that no more stay open than are needed;
 * at the limit requests wait in order. Finding a connection takes the same time however many there are.
 */
export class Connections {
  readonly #options: ConnectionsOptions;
  readonly #idle: Connection[] = [];
  /** In the order sent: with one timeout for all, the first is always the next to expire. */
  readonly #busy = new Set<Connection>();
  readonly #waiting: Waiting[] = [];

  constructor(options: ConnectionsOptions) {
    this.#options = options;
    setInterval(() => this.#giveUpExpired(), Math.max(5, Math.min(250, options.timeoutMs / 10))).unref();
  }

  /** Sends now or as soon as a connection is free. `done` is called once, never before this returns. */
  send(request: RenderedRequest, bodyUse: BodyUse, done: (answer: Answer) => void): void {
    const connection = this.#idle.pop() ?? this.#open();
    if (connection) this.#sendOn(connection, { request, bodyUse, done });
    else this.#waiting.push({ request, bodyUse, done });
  }

  /** Requests that still wait for a connection are no longer sent. */
  withdrawWaiting(): void {
    for (const { done } of this.#waiting.splice(0)) done(unsent());
  }

  /** Closes those that are idle. Others that are opened by then are no matter of this. */
  closeIdle(): void {
    for (const connection of this.#idle.splice(0)) connection.destroy();
  }

  /** Ends all that waits or is in flight; every `done` was called when this returns. */
  abortAll(): void {
    this.withdrawWaiting();
    for (const connection of [...this.#busy]) connection.abort();
  }

  /** Time while the process was suspended is not counted against the requests in flight. */
  extendDeadlines(byMs: Milliseconds): void {
    for (const connection of this.#busy) connection.deadlineMs += byMs;
  }

  #open(): Connection | null {
    if (this.#busy.size >= this.#options.maxConnections) return null;
    return new Connection(this.#options, (connection) => this.#release(connection));
  }

  #sendOn(connection: Connection, { request, bodyUse, done }: Waiting): void {
    connection.deadlineMs = monotonicMs() + this.#options.timeoutMs;
    this.#busy.add(connection);
    connection.send(request, bodyUse, done);
  }

  #release(connection: Connection): void {
    this.#busy.delete(connection);
    const next = this.#waiting.shift();
    if (connection.isUsable && next) this.#sendOn(connection, next);
    else if (connection.isUsable) this.#idle.push(connection);
    else if (next) this.send(next.request, next.bodyUse, next.done);
  }

  #giveUpExpired(): void {
    const nowMs = monotonicMs();
    for (const connection of this.#busy) {
      if (connection.deadlineMs > nowMs) return;
      connection.giveUp();
    }
  }
}

function unsent(): Answer {
  const nowMs = monotonicMs();
  return {
    status: 0,
    headers: {},
    body: Buffer.alloc(0),
    bodyBytes: 0,
    connectMs: null,
    error: NOT_SENT,
    sentMs: nowMs,
    endMs: nowMs,
  };
}
