import type { CallSite } from '../../../model/database.ts';
import type { Attempts } from '../attempts.ts';
import { monoMs } from '../mono-ms.ts';
import { findCaller } from './find-caller.ts';
import type { RequestFollower } from './follow-requests.ts';
import { type Anything, isThenable, tapPromise } from './patches.ts';
import type { Pool, Pools } from './pools.ts';
import type { QueryBook } from './query-book.ts';

/** Who asked: set while a pool hands a client to its own `query`, since the stack no longer tells. */
interface Origin {
  readonly use: ReturnType<QueryBook['newRequest']> | null;
  readonly site: CallSite | null;
}

interface PgParts {
  readonly book: QueryBook;
  readonly pools: Pools;
  /** Null where requests cannot be followed. */
  readonly requests: RequestFollower | null;
  readonly attempts: Attempts;
}

/** Wraps the methods of `pg`. Whatever fails in here, the program's own call goes on. */
export class PgWrappers {
  readonly #book: QueryBook;
  readonly #pools: Pools;
  readonly #requests: RequestFollower | null;
  readonly #attempts: Attempts;
  #active = true;
  #asking: Origin | null = null;
  #origin: Origin | null = null;

  constructor({ book, pools, requests, attempts }: PgParts) {
    this.#book = book;
    this.#pools = pools;
    this.#requests = requests;
    this.#attempts = attempts;
  }

  /** Wrappers that somebody keeps only pass on from now. */
  stop(): void {
    this.#active = false;
  }

  /** `query` of a client. */
  clientQuery(original: Anything): Anything {
    const wrappers = this;
    return function query(this: unknown, ...words: unknown[]): unknown {
      const done = wrappers.#beginQuery(words[0], query);
      return done ? callAndTell(original, this, words, done) : original.apply(this, words);
    };
  }

  /** `query` of a pool, which takes a client of its own and hands the query to it. */
  poolQuery(original: Anything): Anything {
    const wrappers = this;
    return function query(this: unknown, ...words: unknown[]): unknown {
      if (!wrappers.#active) return original.apply(this, words);
      const sql = sqlOf(words[0]);
      wrappers.#asking = {
        use: wrappers.#requests?.current() ?? null,
        site: sql !== null && wrappers.#book.wantsSite(sql) ? wrappers.#callerAbove(query) : null,
      };
      try {
        return original.apply(this, words);
      } finally {
        wrappers.#asking = null;
      }
    };
  }

  /** `connect` of a pool. */
  poolConnect(original: Anything): Anything {
    const wrappers = this;
    return function connect(this: unknown, ...words: unknown[]): unknown {
      if (!wrappers.#active) return original.apply(this, words);
      const asking = wrappers.#asking;
      wrappers.#asking = null;
      const startMs = monoMs();
      wrappers.#pools.add(this as Pool);
      const site = asking ? null : wrappers.#callerAbove(connect);
      const acquired = (error: unknown, client: unknown): void =>
        void wrappers.#attempts.run('acquire times', () =>
          wrappers.#pools.noteAcquired({ startMs, site, error, client }),
        );
      const callback = words[0];
      if (typeof callback === 'function') {
        words[0] = wrappers.#tellThenCall(callback as Anything, asking, acquired);
        return original.apply(this, words);
      }
      const result = original.apply(this, words);
      return isThenable(result) ? tapPromise(result, acquired) : result;
    };
  }

  #tellThenCall(callback: Anything, asking: Origin | null, tell: (error: unknown, client: unknown) => void): Anything {
    const wrappers = this;
    const requests = this.#requests;
    const use = requests?.current();
    return function (this: unknown, ...results: unknown[]): unknown {
      tell(results[0], results[1]);
      if (!asking) {
        return requests ? requests.within(use, () => callback.apply(this, results)) : callback.apply(this, results);
      }
      wrappers.#origin = asking;
      try {
        return callback.apply(this, results);
      } finally {
        wrappers.#origin = null;
      }
    };
  }

  /** What to call when the query has ended; null where it is not counted. */
  #beginQuery(config: unknown, below: object): ((error: unknown, result: unknown) => void) | null {
    const sql = sqlOf(config);
    const asked = this.#origin;
    this.#origin = null;
    if (!this.#active || sql === null) return null;
    const book = this.#book;
    const call = this.#attempts.run('queries', () => {
      const use = asked ? asked.use : (this.#requests?.current() ?? null);
      const site = asked ? asked.site : book.wantsSite(sql) ? this.#callerAbove(below) : null;
      return book.begin(sql, monoMs(), use, site);
    });
    if (!call) return null;
    return (error, result) =>
      void this.#attempts.run('results of queries', () => {
        const endMs = monoMs();
        book.end(call, endMs, endMs, Boolean(error), error ? null : rowsOf(result));
      });
  }

  #callerAbove(below: object): CallSite | null {
    return this.#attempts.run('callers of queries', () => findCaller(below));
  }
}

/** Calls a client's `query`, whichever way the program wants to hear of its end: a callback, one in the config, a promise. */
function callAndTell(
  original: Anything,
  client: unknown,
  words: unknown[],
  done: (error: unknown, result: unknown) => void,
): unknown {
  const at = words.findIndex((word) => typeof word === 'function');
  if (at > 0) {
    const callback = words[at] as Anything;
    words[at] = function (this: unknown, ...results: unknown[]): unknown {
      done(results[0], results[1]);
      return callback.apply(this, results);
    };
    return original.apply(client, words);
  }
  const config = words[0] as { submit?: unknown; callback?: unknown } | string | null;
  if (typeof config === 'object' && typeof config?.callback === 'function' && typeof config.submit !== 'function') {
    const callback = config.callback as Anything;
    const value = (...results: unknown[]): unknown => {
      done(results[0], results[1]);
      return callback(...results);
    };
    words[0] = Object.create(config, { callback: { value, writable: true, enumerable: true } });
    return original.apply(client, words);
  }
  const result = original.apply(client, words);
  // A cursor or a stream: it is counted, its time is not known.
  return isThenable(result) ? tapPromise(result, done) : result;
}

function sqlOf(config: unknown): string | null {
  const text = typeof config === 'string' ? config : (config as { text?: unknown } | null | undefined)?.text;
  return typeof text === 'string' ? text : null;
}

function rowsOf(result: unknown): number | null {
  const last = Array.isArray(result) ? result.at(-1) : result;
  const { rowCount, rows } = (last ?? {}) as { rowCount?: unknown; rows?: { length?: number } };
  return typeof rowCount === 'number' ? rowCount : (rows?.length ?? null);
}
