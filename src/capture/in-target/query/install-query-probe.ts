import { Attempts } from '../attempts.ts';
import { homeOfProbes } from '../home.ts';
import { monoMs } from '../mono-ms.ts';
import { followRequests } from './follow-requests.ts';
import { normaliseSql } from './normalise-sql.ts';
import { Patches } from './patches.ts';
import { createQueryBook } from './query-book.ts';
import type { QueryProbeOptions, TargetQueryProbe } from './target-query-probe.ts';
import { Pools } from './watch-pools.ts';
import { PgWrappers } from './wrap-pg.ts';

/** Files of `pg` whose exports are a class that we wrap. */
const DRIVER_FILE = /[\\/](pg[\\/]lib[\\/]client|pg-pool[\\/]index)\.js$/;

/**
 * Watches the queries of `pg` in a running program: wraps `query` of its clients and `query` and `connect` of its pools
 * where they are loaded already, and puts everything back when removed. `require` is at hand now, not later.
 */
export function installQueryProbe(require: NodeJS.Require, { slowMs }: QueryProbeOptions): { unavailable: string[] } {
  const home = homeOfProbes();
  home.queries?.remove();

  const attempts = new Attempts();
  const book = createQueryBook(normaliseSql, slowMs);
  const pools = new Pools();
  const requests = attempts.run('requests of queries', () => followRequests(require, book));
  const wrappers = new PgWrappers({ book, pools, requests, attempts });
  const patches = new Patches();
  const patched = new Set<object>();
  const { _cache: modules } = require('node:module') as unknown as {
    readonly _cache: Record<string, { readonly exports?: unknown } | undefined>;
  };

  /** By what they are made of: another package may have such a file name too. */
  const adoptPrototype = (owner: object): void => {
    if (patched.has(owner)) return;
    if (hasOwnMethods(owner, 'query', 'connect', 'end', '_handleReadyForQuery')) {
      patched.add(owner);
      patches.wrap(owner, 'query', (original) => wrappers.clientQuery(original));
    } else if (hasOwnMethods(owner, 'query', 'connect', 'newClient', '_pulseQueue')) {
      patched.add(owner);
      patches.wrap(owner, 'query', (original) => wrappers.poolQuery(original));
      patches.wrap(owner, 'connect', (original) => wrappers.poolConnect(original));
    }
  };

  const probe: TargetQueryProbe = {
    find() {
      for (const file of Object.keys(modules)) {
        if (!DRIVER_FILE.test(file)) continue;
        const prototype = (modules[file]?.exports as { prototype?: unknown } | undefined)?.prototype;
        if (typeof prototype === 'object' && prototype !== null) adoptPrototype(prototype);
      }
      return patched.size;
    },
    sample: () => ({ ...book.totals(), ...pools.take() }),
    report() {
      const told = book.report();
      return {
        monoMs: monoMs(),
        ...told,
        pools: pools.describe(),
        attributedRequests: requests ? told.attributedRequests : null,
      };
    },
    remove() {
      wrappers.stop();
      for (const action of patches.takeUndo()) attempts.run('removal', action);
      attempts.run('removal', () => requests?.stop());
      patched.clear();
      pools.clear();
      if (home.queries !== probe) return;
      home.cleanups.delete('queries');
      delete home.queries;
    },
  };
  home.queries = probe;
  home.cleanups.set('queries', probe.remove);
  attempts.run('database driver', () => probe.find());
  return { unavailable: attempts.unavailable };
}

function hasOwnMethods(owner: object, ...names: string[]): boolean {
  return names.every((name) => typeof Object.getOwnPropertyDescriptor(owner, name)?.value === 'function');
}
