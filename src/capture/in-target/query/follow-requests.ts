import type { AsyncLocalStorage } from 'node:async_hooks';
import { guarded } from '../guarded.ts';
import { monoMs } from '../mono-ms.ts';
import type { QueryBook } from './query-book.ts';

/** So many requests are followed, then none for a pause; those that take longer are given up. */
const FOLLOWED = 200;
const PAUSE_MS = 10_000;
const LONGEST_MS = 5_000;

type Use = ReturnType<QueryBook['newRequest']>;

export interface RequestFollower {
  /** Of the request in progress; undefined where there is none, or none is followed. */
  current(): Use | undefined;
  /** Goes on in the context of another request. */
  within<Value>(use: Use | undefined, action: () => Value): Value;
  stop(): void;
}

/**
 * Tells which request a query belongs to: a context is entered where a request arrives, and goes with it. Before Node 24
 * that makes every promise of the program dearer, so it is done for some requests, then not for a while.
 */
export function followRequests(require: NodeJS.Require, book: QueryBook): RequestFollower {
  const { AsyncLocalStorage: Storage } = require('node:async_hooks') as typeof import('node:async_hooks');
  const channels = require('node:diagnostics_channel') as typeof import('node:diagnostics_channel');
  const storage: AsyncLocalStorage<Use | undefined> = new Storage();
  let uses = new WeakMap<object, Use>();
  let begun = 0;
  let ended = 0;
  let fullAtMs = 0;
  let pausedUntilMs = 0;

  const pause = (): void => {
    // Requests that are still in progress lose their context: what was counted for them is not whole.
    uses = new WeakMap();
    storage.disable();
    begun = 0;
    ended = 0;
    pausedUntilMs = monoMs() + PAUSE_MS;
  };
  const onStart = (message: unknown): void => {
    if (begun >= FOLLOWED) {
      if (monoMs() - fullAtMs > LONGEST_MS) pause();
      else storage.enterWith(undefined);
      return;
    }
    if (begun === 0 && monoMs() < pausedUntilMs) return;
    const use = book.newRequest();
    uses.set((message as { response: object }).response, use);
    storage.enterWith(use);
    begun += 1;
    if (begun === FOLLOWED) fullAtMs = monoMs();
  };
  const onFinish = (message: unknown): void => {
    const { request, response } = message as { request: Request; response: object };
    const use = uses.get(response);
    if (!use) return;
    uses.delete(response);
    book.endRequest(use, routeOf(request));
    ended += 1;
    if (begun >= FOLLOWED && ended >= begun) pause();
  };
  const start = channels.channel('http.server.request.start');
  const finish = channels.channel('http.server.response.finish');
  const [atStart, atFinish] = [guarded(onStart), guarded(onFinish)];
  start.subscribe(atStart);
  finish.subscribe(atFinish);
  return {
    current: () => storage.getStore(),
    within(use, action) {
      if (!use) return action();
      let begun = false;
      try {
        return storage.run(use, () => {
          begun = true;
          return action();
        });
      } catch (error) {
        // What the action itself throws is the program's; where it did not get so far, it goes on without a context.
        if (begun) throw error;
        return action();
      }
    },
    stop() {
      start.unsubscribe(atStart);
      finish.unsubscribe(atFinish);
      storage.disable();
    },
  };
}

/** What is read of a request, by Node itself or a router. */
interface Request {
  readonly method?: string;
  readonly url?: string;
  readonly baseUrl?: unknown;
  readonly route?: { readonly path?: unknown };
}

/** The pattern where the router tells it, else the path with what looks like a value taken out. */
function routeOf(request: Request): string {
  const pattern = request.route?.path;
  if (typeof pattern === 'string') {
    const base = typeof request.baseUrl === 'string' ? request.baseUrl : '';
    return `${request.method} ${(base + pattern).slice(0, 120)}`;
  }
  const path = (request.url ?? '').split(/[?#]/, 1)[0] ?? '';
  const parts = path
    .split('/')
    .map((part) => (/^[A-Za-z][A-Za-z_.-]{0,30}$|^v\d{1,2}$|^$/.test(part) ? part : ':value'));
  return `${request.method} ${parts.slice(0, 8).join('/') || '/'}`;
}
