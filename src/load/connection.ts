import type { IncomingHttpHeaders } from 'node:http';
import { Client, type Dispatcher } from 'undici';
import type { Milliseconds, MonoMs } from '../model/units.ts';
import type { RenderedRequest } from '../scenario/compile-request.ts';
import { errorKindOf } from './error-kind.ts';
import { monotonicMs } from './monotonic.ts';

/** What came back. `status` is 0 when there was no answer; then `error` says why. */
export interface Answer {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: IncomingHttpHeaders;
  /** As it came, perhaps compressed; empty unless it was wanted. */
  readonly body: Buffer;
  /** Of the body, as it came over the wire. */
  readonly bodyBytes: number;
  /** How long it took to connect; null if the connection existed already. */
  readonly connectMs: Milliseconds | null;
  readonly error: string | null;
  readonly sentMs: MonoMs;
  readonly endMs: MonoMs;
}

/** What the body is read for: nothing, to see whether it would compress, or for checks that need all of it. */
export type BodyUse = 'none' | 'sample' | 'checks';

/** A body that is kept may be as long as this; one that never ends would fill the memory of the load. */
const LARGEST_BODY_BYTES = 16 * 1024 * 1024;
const EMPTY = Buffer.alloc(0);

/** In place of an error: the load ended or paused before the answer came, or before the request could be sent. */
export const ABORTED = 'aborted';
export const NOT_SENT = 'not sent';

export interface ConnectionOptions {
  readonly origin: string;
  /** For the whole request, connecting included. */
  readonly timeoutMs: Milliseconds;
  /** Accept a certificate that no trusted authority signed. */
  readonly insecureTls: boolean;
}

/**
 * One keep-alive connection that carries one request at a time. It is the handler of its own requests, so a request
 * costs no objects of ours but the answer.
 */
export class Connection implements Dispatcher.DispatchHandler {
  readonly #client: Client;
  readonly #onIdle: (connection: Connection) => void;
  #done: ((answer: Answer) => void) | null = null;
  #bodyUse: BodyUse = 'none';
  #isCut = false;
  #timedOut = false;
  #aborted = false;
  #isSending = false;
  #sentMs = 0;
  #connectMs: Milliseconds | null = null;
  #bodyBytes = 0;
  #status = 0;
  #headers: IncomingHttpHeaders = {};
  #chunks: Buffer[] = [];
  /** Set by the owner: when the request in flight is given up. */
  deadlineMs: MonoMs = Number.POSITIVE_INFINITY;

  constructor({ origin, timeoutMs, insecureTls }: ConnectionOptions, onIdle: (connection: Connection) => void) {
    this.#onIdle = onIdle;
    this.#client = new Client(origin, {
      pipelining: 1,
      // The owner watches one deadline for the whole request; undici's timers by phase would come on top.
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: { timeout: timeoutMs, ...(insecureTls ? { rejectUnauthorized: false } : {}) },
    });
    this.#client.on('connect', () => {
      this.#connectMs = monotonicMs() - this.#sentMs;
    });
  }

  /** Sends; `done` is called once, never before this returns. A body for checks that is too long ends the request. */
  send(request: RenderedRequest, bodyUse: BodyUse, done: (answer: Answer) => void): void {
    this.#done = done;
    this.#bodyUse = bodyUse;
    this.#status = 0;
    this.#sentMs = monotonicMs();
    this.#connectMs = null;
    this.#bodyBytes = 0;
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
      this.#fail(error as Error);
    }
    this.#isSending = false;
  }

  /** Gives the request up: the connection is of no use afterwards. */
  giveUp(): void {
    this.#timedOut = true;
    this.destroy();
  }

  /** Ends the request in flight at once, with what is known of it. */
  abort(): void {
    this.#aborted = true;
    this.#status = 0;
    this.#finish(ABORTED);
    this.destroy();
  }

  get isUsable(): boolean {
    return !this.#timedOut && !this.#aborted && !this.#isCut;
  }

  destroy(): void {
    this.#client.destroy().catch(() => {});
  }

  onRequestStart(): void {}

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    this.#status = status;
    this.#headers = headers;
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#bodyBytes += chunk.length;
    if (this.#bodyUse === 'none') return;
    if (this.#bodyBytes <= LARGEST_BODY_BYTES) this.#chunks.push(chunk);
    else if (this.#bodyUse === 'sample') this.#chunks = [];
    else this.#cut();
  }

  /** The rest of the body is not read: the connection is of no use afterwards. */
  #cut(): void {
    if (this.#isCut) return;
    this.#isCut = true;
    this.#chunks = [];
    this.#finish('invalid answer');
    this.destroy();
  }

  onResponseEnd(): void {
    this.#finish(null);
  }

  onResponseError(_: unknown, error: Error): void {
    this.#fail(error);
  }

  #fail(error: Error): void {
    // A request that undici refuses fails inside of dispatch.
    if (this.#isSending) {
      queueMicrotask(() => this.#fail(error));
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
      headers: this.#headers,
      body: this.#chunks.length === 0 ? EMPTY : Buffer.concat(this.#chunks),
      bodyBytes: this.#bodyBytes,
      connectMs: this.#connectMs,
      error,
      sentMs: this.#sentMs,
      endMs: monotonicMs(),
    };
    this.#done = null;
    if (this.#chunks.length > 0) this.#chunks = [];
    this.#onIdle(this);
    done(answer);
  }
}
