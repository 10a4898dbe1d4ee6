import type { CallSite, TargetPool } from '../../../model/database.ts';
import { monoMs } from '../mono-ms.ts';
import type { QueryReading } from './target-query-probe.ts';

/** What is read of `pg.Pool`, all of it since version 2 of pg-pool. */
export interface Pool {
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

const MAX_POOLS = 50;
const MAX_HOLDERS = 10;
const DEFAULT_LIMIT = 10;
const DEFAULT_PORT = 5432;

interface Acquired {
  readonly startMs: number;
  readonly site: CallSite | null;
  readonly error: unknown;
  readonly client: unknown;
}

/** Pools that the program uses, and what holds their clients. Does not retain them itself. */
export class Pools {
  readonly #pools = new Set<WeakRef<Pool>>();
  readonly #known = new WeakSet<Pool>();
  readonly #heldBy = new WeakMap<object, { readonly site: CallSite; readonly sinceMs: number }>();
  readonly #totals = { acquires: 0, acquireFailures: 0, acquireMs: 0, acquireMaxMs: 0 };

  add(pool: Pool): void {
    if (this.#known.has(pool) || this.#pools.size >= MAX_POOLS) return;
    this.#known.add(pool);
    this.#pools.add(new WeakRef(pool));
  }

  noteAcquired({ startMs, site, error, client }: Acquired): void {
    const endMs = monoMs();
    const ms = endMs - startMs;
    const totals = this.#totals;
    totals.acquires += 1;
    totals.acquireMs += ms;
    totals.acquireMaxMs = Math.max(totals.acquireMaxMs, ms);
    if (error) totals.acquireFailures += 1;
    if (typeof client !== 'object' || client === null) return;
    if (site) this.#heldBy.set(client, { site, sinceMs: endMs });
    else this.#heldBy.delete(client);
  }

  /** The longest wait is that since the last call. */
  take(): Pick<QueryReading, 'pools' | 'acquires' | 'acquireFailures' | 'acquireMs' | 'acquireMaxMs'> {
    const pools = this.#live();
    const sum = (read: (pool: Pool) => number): number => pools.reduce((total, pool) => total + read(pool), 0);
    const taken = {
      ...this.#totals,
      pools:
        pools.length === 0
          ? null
          : {
              total: sum((pool) => pool.totalCount),
              idle: sum((pool) => pool.idleCount),
              waiting: sum((pool) => pool.waitingCount),
              limit: sum((pool) => pool.options?.max ?? DEFAULT_LIMIT),
            },
    };
    this.#totals.acquireMaxMs = 0;
    return taken;
  }

  describe(): TargetPool[] {
    return this.#live().map((pool) => this.#describe(pool));
  }

  clear(): void {
    this.#pools.clear();
  }

  #live(): Pool[] {
    return [...this.#pools].flatMap((reference) => {
      const pool = reference.deref();
      if (!pool) this.#pools.delete(reference);
      return pool ?? [];
    });
  }

  #describe(pool: Pool): TargetPool {
    const idle = new Set((pool._idle ?? []).map(({ client }) => client));
    const bySite = new Map<string, CallSite & { held: number; oldestMs: number }>();
    for (const client of pool._clients ?? []) {
      const held = idle.has(client) ? undefined : this.#heldBy.get(client);
      if (!held) continue;
      const key = `${held.site.url}:${held.site.line0}`;
      const group = bySite.get(key) ?? { ...held.site, held: 0, oldestMs: 0 };
      group.held += 1;
      group.oldestMs = Math.max(group.oldestMs, monoMs() - held.sinceMs);
      bySite.set(key, group);
    }
    return {
      name: nameOf(pool),
      limit: pool.options?.max ?? DEFAULT_LIMIT,
      total: pool.totalCount,
      idle: pool.idleCount,
      waiting: pool.waitingCount,
      holders: [...bySite.values()].sort((a, b) => b.held - a.held).slice(0, MAX_HOLDERS),
    };
  }
}

/** Host, port and database, without what is secret. */
function nameOf({ options = {} }: Pool): string {
  const address = addressOf(options.connectionString);
  const host = options.host ?? address?.hostname ?? process.env.PGHOST ?? 'localhost';
  const database = options.database ?? address?.pathname.slice(1) ?? process.env.PGDATABASE ?? '';
  return `${host}:${options.port ?? (address?.port || process.env.PGPORT || DEFAULT_PORT)}/${database}`;
}

function addressOf(connectionString: string | undefined): URL | null {
  try {
    return new URL(connectionString ?? '');
  } catch {
    return null;
  }
}
