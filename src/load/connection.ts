import { Client, type Dispatcher } from 'undici';
import type { Milliseconds, MonoMs } from '../model/units.ts';
import type { RenderedRequest } from '../scenario/compile-request.ts';
import { errorKindOf } from './error-kind.ts';
import { monotonicMs } from './monotonic.ts';

/** What came back. `status` is 0 when there was no answer; then `error` says why. */
export interface Answer {
  readonly status: number;
  /** Names and values in turn, as received; empty unless the body was wanted. */
  readonly rawHeaders: readonly Buffer[];
  /** Empty unless it was wanted. */
  readonly body: string;
  readonly error: string | null;
  readonly sentMs: MonoMs;
  readonly endMs: MonoMs;
}

/**
 * One keep-alive connection that carries one request at a time. It is the handler of its own requests, so a request
 * costs no objects of ours but the answer. It uses the raw handler interface of undici 7 (`onHeaders`, …): the newer
 * one builds header objects for every answer, which costs about a tenth of the throughput.
 */
export class Connection implements Dispatcher.DispatchHandler {
  readonly #client: Client;
  readonly #onIdle: (connection: Connection) => void;
  #done: ((answer: Answer) => void) | null = null;
  #wantsContent = false;
  #timedOut = false;
  #isSending = false;
  #sentMs = 0;
  #status = 0;
  #rawHeaders: readonly Buffer[] = [];
  #chunks: Buffer[] = [];
  /** Set by the owner: when the request in flight is given up. */
  deadlineMs: MonoMs = Number.POSITIVE_INFINITY;

  constructor(origin: string, timeoutMs: Milliseconds, onIdle: (connection: Connection) => void) {
    this.#onIdle = onIdle;
    this.#client = new Client(origin, {
      pipelining: 1,
      // The owner watches one deadline for the whole request; undici's timers by phase would come on top.
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: { timeout: timeoutMs },
    });
  }

  /** Sends; `done` is called once, never before this returns. `wantsContent`: keep headers and body for checks. */
  send(request: RenderedRequest, wantsContent: boolean, done: (answer: Answer) => void): void {
    this.#done = done;
    this.#wantsContent = wantsContent;
    this.#status = 0;
    this.#sentMs = monotonicMs();
    this.#isSending = true;
    try {
      this.#client.dispatch(
        {
          method: request.method as Dispatcher.HttpMethod,
          path: request.path,
          headers: request.headers as Record<string, string>,
          body: request.body,
        },
        this,
      );
    } catch (error) {
      this.onError(error as Error);
    }
    this.#isSending = false;
  }

  /** Gives the request up: the connection is of no use afterwards. */
  giveUp(): void {
    this.#timedOut = true;
    this.destroy();
  }

  get isUsable(): boolean {
    return !this.#timedOut;
  }

  destroy(): void {
    this.#client.destroy().catch(() => {});
  }

  onConnect(): void {}

  onHeaders(status: number, rawHeaders: Buffer[]): boolean {
    this.#status = status;
    if (this.#wantsContent) this.#rawHeaders = rawHeaders;
    return true;
  }

  onData(chunk: Buffer): boolean {
    if (this.#wantsContent) this.#chunks.push(chunk);
    return true;
  }

  onComplete(): void {
    this.#finish(null);
  }

  onError(error: Error): void {
    // A request that undici refuses fails inside of dispatch.
    if (this.#isSending) {
      queueMicrotask(() => this.onError(error));
      return;
    }
    this.#status = 0;
    this.#finish(this.#timedOut ? 'timeout' : errorKindOf(error));
  }

  #finish(error: string | null): void {
    const done = this.#done;
    if (!done) return;
    const answer: Answer = {
      status: this.#status,
      rawHeaders: this.#rawHeaders,
      body: this.#chunks.length === 0 ? '' : Buffer.concat(this.#chunks).toString(),
      error,
      sentMs: this.#sentMs,
      endMs: monotonicMs(),
    };
    this.#done = null;
    if (this.#wantsContent) {
      this.#rawHeaders = [];
      this.#chunks = [];
    }
    this.#onIdle(this);
    done(answer);
  }
}
