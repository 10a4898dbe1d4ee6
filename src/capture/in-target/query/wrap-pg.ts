import type { CallSite } from '../../../model/database.ts';
import type { Attempts } from '../attempts.ts';
import { apply } from '../guarded.ts';
import { monoMs } from '../mono-ms.ts';
import { findCaller } from './find-caller.ts';
import type { RequestFollower } from './follow-requests.ts';
import { type Anything, tapPromise } from './patches.ts';
import type { QueryBook } from './query-book.ts';
import type { Pool, Pools } from './watch-pools.ts';

/** As it was when the probe was installed. */
const { getOwnPropertyDescriptor: describe } = Object;

/** The caller: set while a pool hands a client to its own `query`, since the stack no longer shows it. */
interface Origin {
  readonly use: ReturnType<QueryBook['newRequest']> | null;
  readonly site: CallSite | null;
}

/** Takes error and result, once the program is about to hear of them. */
type Tell = (error: unknown, result: unknown) => void;

interface Acquiring {
  readonly asking: Origin | null;
  /** The request in progress. */
  readonly use: ReturnType<QueryBook['newRequest']> | undefined;
  readonly acquired: Tell;
}

interface PgParts {
  readonly book: QueryBook;
  readonly pools: Pools;
  /** Null if requests cannot be followed. */
  readonly requests: RequestFollower | null;
  readonly attempts: Attempts;
}

/** Wraps the methods of `pg`. If anything fails here, the program's own call continues. */
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
      return done ? wrappers.#callAndTell(original, this, words, done) : apply(original, this, words);
    };
  }

  /** `query` of a pool, which takes a client of its own and hands the query to it. */
  poolQuery(original: Anything): Anything {
    const wrappers = this;
    return function query(this: unknown, ...words: unknown[]): unknown {
      if (!wrappers.#active) return apply(original, this, words);
      wrappers.#asking = wrappers.#attempts.run('callers of queries', () => wrappers.#originOf(words[0], query));
      try {
        return apply(original, this, words);
      } finally {
        wrappers.#asking = null;
      }
    };
  }

  /** `connect` of a pool. */
  poolConnect(original: Anything): Anything {
    const wrappers = this;
    return function connect(this: unknown, ...words: unknown[]): unknown {
      if (!wrappers.#active) return apply(original, this, words);
      const asking = wrappers.#asking;
      wrappers.#asking = null;
      const acquiring = wrappers.#beginAcquire(this as Pool, asking, connect);
      if (!acquiring) return apply(original, this, words);
      const callback = words[0];
      if (typeof callback === 'function') {
        words[0] = wrappers.#acquiredThenCall(callback as Anything, acquiring);
        return apply(original, this, words);
      }
      return wrappers.#tellOfPromise(apply(original, this, words), acquiring.acquired);
    };
  }

  #beginAcquire(pool: Pool, asking: Origin | null, below: object): Acquiring | null {
    return this.#attempts.run('acquire times', () => {
      const startMs = monoMs();
      this.#pools.add(pool);
      const site = asking ? null : this.#callerAbove(below);
      const acquired: Tell = (error, client) =>
        void this.#attempts.run('acquire times', () => this.#pools.noteAcquired({ startMs, site, error, client }));
      return { asking, use: this.#requests?.current(), acquired };
    });
  }

  #acquiredThenCall(callback: Anything, { asking, use, acquired }: Acquiring): Anything {
    const wrappers = this;
    const requests = this.#requests;
    return function (this: unknown, ...results: unknown[]): unknown {
      acquired(results[0], results[1]);
      if (!asking) {
        const go = (): unknown => apply(callback, this, results);
        return requests ? requests.within(use, go) : go();
      }
      wrappers.#origin = asking;
      try {
        return apply(callback, this, results);
      } finally {
        wrappers.#origin = null;
      }
    };
  }

  /** What to call when the query has ended; null if it is not counted. */
  #beginQuery(config: unknown, below: object): Tell | null {
    const asked = this.#origin;
    this.#origin = null;
    if (!this.#active) return null;
    const book = this.#book;
    const call = this.#attempts.run('queries', () => {
      const sql = sqlOf(config);
      if (sql === null) return null;
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

  #originOf(config: unknown, below: object): Origin {
    const sql = sqlOf(config);
    return {
      use: this.#requests?.current() ?? null,
      site: sql !== null && this.#book.wantsSite(sql) ? this.#callerAbove(below) : null,
    };
  }

  /**
   * Calls a client's `query`, whichever way the program wants to hear of its end: a callback, one in the config, a promise.
   */
  #callAndTell(original: Anything, client: unknown, words: unknown[], done: Tell): unknown {
    const hearing = this.#attempts.run('results of queries', () => tellByCallback(words, done));
    if (!hearing) return this.#tellOfPromise(apply(original, client, words), done);
    try {
      return apply(original, client, words);
    } finally {
      this.#attempts.run('results of queries', hearing.putBack);
    }
  }

  /** A cursor or a stream is no promise: it is counted, its time is not known. */
  #tellOfPromise(result: unknown, done: Tell): unknown {
    return this.#attempts.run('results of queries', () => tapPromise(result, done)) ?? result;
  }

  #callerAbove(below: object): CallSite | null {
    return this.#attempts.run('callers of queries', () => findCaller(below));
  }
}

/**
 * Puts a callback that tells `done` where the program's own is; null if there is none. A config stays the very object
 * that the program passed: what copies it below, or looks at private fields of it, must find what it looks for. Only a
 * callback that is plain data of it is exchanged, for as long as the call takes: pg reads it there.
 */
function tellByCallback(words: unknown[], done: Tell): { readonly putBack: () => void } | null {
  for (let at = 1; at < words.length; at += 1) {
    if (typeof words[at] !== 'function') continue;
    words[at] = tellThenCall(words[at] as Anything, done);
    return { putBack() {} };
  }
  const config = words[0] as { submit?: unknown; callback?: unknown } | string | null;
  if (typeof config !== 'object' || config === null || typeof config.submit === 'function') return null;
  const own = describe(config, 'callback');
  if (typeof own?.value !== 'function' || !own.writable) return null;
  const callback = own.value as Anything;
  const telling = tellThenCall(callback, done);
  config.callback = telling;
  return {
    putBack() {
      if (config.callback === telling) config.callback = callback;
    },
  };
}

function tellThenCall(callback: Anything, tell: Tell): Anything {
  return function (this: unknown, ...results: unknown[]): unknown {
    tell(results[0], results[1]);
    return apply(callback, this, results);
  };
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
