import type { CallSite, TargetPool, TargetQueries } from '../../model/database.ts';
import type { findCaller } from './find-caller.ts';
import type { followRequests } from './follow-requests.ts';
import type { QueryBook, QueryTotals } from './query-book.ts';

/** Numbers of one moment; counters run since the installation. */
export interface QueryReading extends QueryTotals {
  /** Sums over all pools that were used; null before the first. */
  readonly pools: {
    readonly total: number;
    readonly idle: number;
    readonly waiting: number;
    readonly limit: number;
  } | null;
  readonly acquires: number;
  readonly acquireFailures: number;
  readonly acquireMs: number;
  /** Longest wait for a client that ended since the last reading. */
  readonly acquireMaxMs: number;
}

export type QueryReport = Pick<
  TargetQueries,
  'monoMs' | 'statements' | 'uncounted' | 'slowest' | 'pools' | 'attributedRequests'
>;

export interface TargetQueryProbe {
  /** Looks for drivers that were loaded meanwhile; how many copies are watched. */
  find(): number;
  sample(): QueryReading;
  report(): QueryReport;
  remove(): void;
}

interface QueryHome {
  readonly cleanups: Map<string, () => void>;
  queries?: TargetQueryProbe;
}

/** What is read of `pg.Pool`, all of it since version 2 of pg-pool. */
interface Pool {
  readonly options?: {
    readonly max?: number;
    readonly host?: string;
    readonly port?: number;
    readonly database?: string;
    readonly connectionString?: string;
  };
  readonly _clients?: readonly object[];
  readonly _idle?: readonly { readonly client: object }[];
  readonly totalCount: number;
  readonly idleCount: number;
  readonly waitingCount: number;
}

/** What is sent along. */
export interface QueryProbeParts {
  readonly book: QueryBook;
  readonly followRequests: typeof followRequests;
  readonly findCaller: typeof findCaller;
}

type Anything = (this: unknown, ...words: unknown[]) => unknown;

/**
 * Watches the queries of `pg` in a running program: wraps `query` of its clients and `query` and `connect` of its pools
 * where they are loaded already, and puts everything back when removed. Runs inside the target, sent as text, so it uses
 * nothing from outside of itself, and nothing newer than Node 18. Whatever fails in here, the program's own call goes on.
 */
export function installQueryProbe(require: NodeJS.Require, parts: QueryProbeParts): { unavailable: string[] } {
  const MAX_POOLS = 50;
  const { book } = parts;
  const world = globalThis as unknown as Record<symbol, QueryHome | undefined>;
  const home = world[Symbol.for('soak-profiler')];
  if (home === undefined) throw new Error('no tool is attached to this process');
  home.queries?.remove();

  const unavailable: string[] = [];
  const undo: (() => void)[] = [];
  let active = true;
  const attempt = <T>(what: string, action: () => T): T | null => {
    try {
      return action();
    } catch {
      if (!unavailable.includes(what)) unavailable.push(what);
      return null;
    }
  };
  const monoMs = (): number => {
    const [seconds, nanoseconds] = process.hrtime();
    return seconds * 1e3 + nanoseconds / 1e6;
  };

  const requests = attempt('requests of queries', () => {
    const follower = parts.followRequests(require, book);
    undo.push(follower.stop);
    return follower;
  });
  const callerAbove = (below: object): CallSite | null => attempt('callers of queries', () => parts.findCaller(below));

  const patch = (owner: object, name: string, wrap: (original: Anything) => Anything): void => {
    const before = Object.getOwnPropertyDescriptor(owner, name);
    const original = (owner as Record<string, unknown>)[name];
    if (typeof original !== 'function' || before?.configurable === false) return;
    const wrapper = wrap(original as Anything);
    for (const key of ['name', 'length']) {
      const own = Object.getOwnPropertyDescriptor(original, key);
      if (own) Object.defineProperty(wrapper, key, own);
    }
    const place = before ?? { configurable: true, enumerable: false, writable: true };
    Object.defineProperty(owner, name, { ...place, value: wrapper });
    undo.push(() => {
      // Somebody who wrapped it after us keeps ours inside, which then only passes on.
      if (Object.getOwnPropertyDescriptor(owner, name)?.value !== wrapper) return;
      if (before) Object.defineProperty(owner, name, before);
      else delete (owner as Record<string, unknown>)[name];
    });
  };
  const isThenable = (value: unknown): value is Promise<unknown> =>
    typeof (value as { then?: unknown } | null)?.then === 'function';

  /** Set while a pool hands a client to its own `query`: who asked, since the stack no longer tells. */
  interface Origin {
    readonly use: ReturnType<QueryBook['newRequest']> | null;
    readonly site: CallSite | null;
  }
  let asking: Origin | null = null;
  let origin: Origin | null = null;

  const rowsOf = (result: unknown): number | null => {
    const last = Array.isArray(result) ? result.at(-1) : result;
    const { rowCount, rows } = (last ?? {}) as { rowCount?: unknown; rows?: { length?: number } };
    return typeof rowCount === 'number' ? rowCount : (rows?.length ?? null);
  };
  const wrapClientQuery = (original: Anything): Anything =>
    function query(this: unknown, ...words: unknown[]): unknown {
      const config = words[0] as { text?: unknown; submit?: unknown; callback?: unknown } | string | null;
      const sql = typeof config === 'string' ? config : config?.text;
      const asked = origin;
      origin = null;
      const call =
        active && typeof sql === 'string'
          ? attempt('queries', () =>
              book.begin(
                sql,
                monoMs(),
                asked ? asked.use : (requests?.current() ?? null),
                asked ? asked.site : book.wantsSite(sql) ? callerAbove(query) : null,
              ),
            )
          : null;
      if (!call) return original.apply(this, words);
      const done = (error: unknown, result: unknown): void => {
        attempt('results of queries', () => {
          const endMs = monoMs();
          book.end(call, endMs, endMs, Boolean(error), error ? null : rowsOf(result));
        });
      };
      const at = words.findIndex((word) => typeof word === 'function');
      if (at > 0) {
        const callback = words[at] as Anything;
        words[at] = function (this: unknown, ...results: unknown[]): unknown {
          done(results[0], results[1]);
          return callback.apply(this, results);
        };
        return original.apply(this, words);
      }
      if (typeof config === 'object' && typeof config?.callback === 'function' && typeof config.submit !== 'function') {
        const callback = config.callback as Anything;
        const value = (...results: unknown[]): unknown => {
          done(results[0], results[1]);
          return callback(...results);
        };
        words[0] = Object.create(config, { callback: { value, writable: true, enumerable: true } });
        return original.apply(this, words);
      }
      const result = original.apply(this, words);
      // A cursor or a stream: it is counted, its time is not known.
      if (!isThenable(result)) return result;
      // Returned in place of the first, so that a rejection that nobody handles stays one.
      return result.then(
        (value) => {
          done(null, value);
          return value;
        },
        (error) => {
          done(error, null);
          throw error;
        },
      );
    };

  const pools = new Set<WeakRef<Pool>>();
  const knownPools = new WeakSet<Pool>();
  const heldBy = new WeakMap<object, { readonly site: CallSite; readonly sinceMs: number }>();
  const acquiring = { acquires: 0, acquireFailures: 0, acquireMs: 0, acquireMaxMs: 0 };
  const noteAcquired = (startMs: number, site: CallSite | null, error: unknown, client: unknown): void => {
    const endMs = monoMs();
    const ms = endMs - startMs;
    acquiring.acquires += 1;
    acquiring.acquireMs += ms;
    acquiring.acquireMaxMs = Math.max(acquiring.acquireMaxMs, ms);
    if (error) acquiring.acquireFailures += 1;
    if (typeof client !== 'object' || client === null) return;
    if (site) heldBy.set(client, { site, sinceMs: endMs });
    else heldBy.delete(client);
  };
  const wrapPoolConnect = (original: Anything): Anything =>
    function connect(this: unknown, ...words: unknown[]): unknown {
      if (!active) return original.apply(this, words);
      const inner = asking;
      asking = null;
      const startMs = monoMs();
      const pool = this as Pool;
      if (!knownPools.has(pool) && pools.size < MAX_POOLS) {
        knownPools.add(pool);
        pools.add(new WeakRef(pool));
      }
      const site = inner ? null : callerAbove(connect);
      const acquired = (error: unknown, client: unknown): void =>
        void attempt('acquire times', () => noteAcquired(startMs, site, error, client));
      const callback = words[0];
      if (typeof callback === 'function') {
        const use = requests?.current();
        words[0] = function (this: unknown, ...results: unknown[]): unknown {
          acquired(results[0], results[1]);
          if (!inner)
            return requests ? requests.within(use, () => callback.apply(this, results)) : callback.apply(this, results);
          origin = inner;
          try {
            return callback.apply(this, results);
          } finally {
            origin = null;
          }
        };
        return original.apply(this, words);
      }
      const result = original.apply(this, words);
      if (!isThenable(result)) return result;
      return result.then(
        (client) => {
          acquired(null, client);
          return client;
        },
        (error) => {
          acquired(error, null);
          throw error;
        },
      );
    };
  const wrapPoolQuery = (original: Anything): Anything =>
    function query(this: unknown, ...words: unknown[]): unknown {
      if (!active) return original.apply(this, words);
      const config = words[0] as { text?: unknown } | string | null;
      const sql = typeof config === 'string' ? config : config?.text;
      asking = {
        use: requests?.current() ?? null,
        site: typeof sql === 'string' && book.wantsSite(sql) ? callerAbove(query) : null,
      };
      try {
        return original.apply(this, words);
      } finally {
        asking = null;
      }
    };

  // `require` is at hand now, not later.
  const { _cache: modules } = require('node:module') as unknown as {
    readonly _cache: Record<string, { readonly exports?: unknown } | undefined>;
  };
  const patched = new Set<object>();
  const has = (owner: object, ...names: string[]): boolean =>
    names.every((name) => typeof Object.getOwnPropertyDescriptor(owner, name)?.value === 'function');
  /** By what they are made of: another package may have such a file name too. */
  const adoptPrototype = (owner: object): void => {
    if (patched.has(owner)) return;
    if (has(owner, 'query', 'connect', 'end', '_handleReadyForQuery')) {
      patched.add(owner);
      patch(owner, 'query', wrapClientQuery);
    } else if (has(owner, 'query', 'connect', 'newClient', '_pulseQueue')) {
      patched.add(owner);
      patch(owner, 'query', wrapPoolQuery);
      patch(owner, 'connect', wrapPoolConnect);
    }
  };
  const livePools = (): Pool[] =>
    [...pools].flatMap((reference) => {
      const pool = reference.deref();
      if (!pool) pools.delete(reference);
      return pool ?? [];
    });
  const addressOf = (connectionString: string | undefined): URL | null => {
    try {
      return new URL(connectionString ?? '');
    } catch {
      return null;
    }
  };
  const describePool = (pool: Pool): TargetPool => {
    const { options = {} } = pool;
    const address = addressOf(options.connectionString);
    const host = options.host ?? address?.hostname ?? process.env.PGHOST ?? 'localhost';
    const database = options.database ?? address?.pathname.slice(1) ?? process.env.PGDATABASE ?? '';
    const idle = new Set((pool._idle ?? []).map(({ client }) => client));
    const bySite = new Map<string, CallSite & { held: number; oldestMs: number }>();
    for (const client of pool._clients ?? []) {
      const held = idle.has(client) ? undefined : heldBy.get(client);
      if (!held) continue;
      const key = `${held.site.url}:${held.site.line0}`;
      const group = bySite.get(key) ?? { ...held.site, held: 0, oldestMs: 0 };
      group.held += 1;
      group.oldestMs = Math.max(group.oldestMs, monoMs() - held.sinceMs);
      bySite.set(key, group);
    }
    return {
      name: `${host}:${options.port ?? (address?.port || process.env.PGPORT || 5432)}/${database}`,
      limit: options.max ?? 10,
      total: pool.totalCount,
      idle: pool.idleCount,
      waiting: pool.waitingCount,
      holders: [...bySite.values()].sort((a, b) => b.held - a.held).slice(0, 10),
    };
  };

  const probe: TargetQueryProbe = {
    find() {
      for (const file of Object.keys(modules)) {
        if (!/[\\/](pg[\\/]lib[\\/]client|pg-pool[\\/]index)\.js$/.test(file)) continue;
        const prototype = (modules[file]?.exports as { prototype?: unknown } | undefined)?.prototype;
        if (typeof prototype === 'object' && prototype !== null) adoptPrototype(prototype);
      }
      return patched.size;
    },
    sample() {
      const all = livePools();
      const sum = (read: (pool: Pool) => number): number => all.reduce((total, pool) => total + read(pool), 0);
      const reading: QueryReading = {
        ...book.totals(),
        ...acquiring,
        pools:
          all.length === 0
            ? null
            : {
                total: sum((pool) => pool.totalCount),
                idle: sum((pool) => pool.idleCount),
                waiting: sum((pool) => pool.waitingCount),
                limit: sum((pool) => pool.options?.max ?? 10),
              },
      };
      acquiring.acquireMaxMs = 0;
      return reading;
    },
    report() {
      const told = book.report();
      return {
        monoMs: monoMs(),
        ...told,
        pools: livePools().map(describePool),
        attributedRequests: requests ? told.attributedRequests : null,
      };
    },
    remove() {
      active = false;
      for (const action of undo.splice(0).reverse()) attempt('removal', action);
      patched.clear();
      pools.clear();
      if (home.queries !== probe) return;
      home.cleanups.delete('queries');
      delete home.queries;
    },
  };
  home.queries = probe;
  home.cleanups.set('queries', probe.remove);
  attempt('database driver', () => probe.find());
  return { unavailable };
}
