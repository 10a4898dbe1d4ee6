import type { Bytes, Milliseconds, MonoMs } from './units.ts';

/** A line of the program as V8 gives it: zero-based, not yet mapped to its source. */
export interface CallSite {
  readonly url: string;
  readonly line0: number;
  readonly column0: number;
  readonly function: string;
}

/** How requests of one route used one statement. */
export interface RouteUse {
  /** `GET /orders/:id` */
  readonly route: string;
  /** Requests that ran the statement at least once, answered in all. */
  readonly requests: number;
  readonly calls: number;
  readonly rows: number;
  readonly totalMs: Milliseconds;
  /** Most calls in one request. */
  readonly maxCalls: number;
}

/**
 * One statement as the service saw it, without values. Times from the call to its result, waiting in the client included.
 */
export interface TargetStatement {
  readonly text: string;
  readonly calls: number;
  readonly errors: number;
  readonly rows: number;
  readonly totalMs: Milliseconds;
  readonly maxMs: Milliseconds;
  readonly p95Ms: Milliseconds;
  /** Calls over the limit of the slow-query log. */
  readonly slow: number;
  /** Where it was called from, most frequent first; `seen` counts the calls that were looked at, not all. */
  readonly sites: readonly (CallSite & { readonly seen: number })[];
  readonly routes: readonly RouteUse[];
}

/** One line of the slow-query log. */
export interface SlowCall {
  readonly monoMs: MonoMs;
  readonly text: string;
  readonly durationMs: Milliseconds;
  readonly rows: number | null;
  readonly route: string | null;
  readonly site: CallSite | null;
}

export interface TargetPool {
  /** `host:port/database` */
  readonly name: string;
  readonly limit: number;
  readonly total: number;
  readonly idle: number;
  readonly waiting: number;
  /** Clients that are out, by the line that took them, and for how long the oldest. */
  readonly holders: readonly (CallSite & { readonly held: number; readonly oldestMs: Milliseconds })[];
}

/** `database/queries-<segment>.json`: queries as one life of the service made them, since the profiler looked. */
export interface TargetQueries {
  readonly schema: 'profiler-queries/1';
  readonly segment: number;
  readonly monoMs: MonoMs;
  readonly slowMs: Milliseconds;
  /** Most time first. */
  readonly statements: readonly TargetStatement[];
  /** Calls of statements for which there was no room. */
  readonly uncounted: number;
  /** Slowest first. */
  readonly slowest: readonly SlowCall[];
  readonly pools: readonly TargetPool[];
  /** Requests answered while queries were told apart by request; null if they were not. */
  readonly attributedRequests: number | null;
}

/** One statement as pg_stat_statements counted it during the run. */
export interface ServerStatement {
  readonly text: string;
  readonly calls: number;
  readonly rows: number;
  readonly totalMs: Milliseconds;
  readonly blocksRead: number;
  readonly blocksHit: number;
  readonly tempBlocks: number;
}

/** A statement that sampling of pg_stat_activity found running. */
export interface ObservedStatement {
  readonly text: string;
  /** Looks that found it running, of `looks` in all. */
  readonly seen: number;
  readonly waitingForLock: number;
  readonly longestMs: Milliseconds;
}

export interface PlanNode {
  readonly node: string;
  readonly table: string | null;
  readonly index: string | null;
  readonly condition: string | null;
  /** As the planner estimates. */
  readonly rows: number;
  readonly cost: number;
  readonly children: readonly PlanNode[];
}

/** The plan of a statement with unknown values. The statement was not run. */
export interface StatementPlan {
  readonly text: string;
  readonly plan: PlanNode | null;
  /** Why there is none. */
  readonly error: string | null;
}

export interface TableUse {
  readonly table: string;
  /** As the statistics of the server estimate. */
  readonly rows: number;
  readonly bytes: Bytes;
  /** During the run. */
  readonly seqScans: number;
  readonly seqRows: number;
  readonly indexScans: number;
  /** Definitions. */
  readonly indexes: readonly string[];
}

/** `database/server.json`: the database as it was seen by the tool's own connection. */
export interface DatabaseView {
  readonly schema: 'profiler-database/1';
  readonly server: {
    readonly version: string;
    /** `host:port/database`: no user, no password. */
    readonly name: string;
    readonly maxConnections: number;
  };
  readonly looks: number;
  /** Null: not loaded, see `notes`. */
  readonly statements: readonly ServerStatement[] | null;
  readonly observed: readonly ObservedStatement[];
  readonly plans: readonly StatementPlan[];
  readonly tables: readonly TableUse[];
  /** What could not be seen, and how to make it visible. Sentences. */
  readonly notes: readonly string[];
}

/** Path in a run folder of the queries of one life of the service. */
export function queriesFile({ segment }: Pick<TargetQueries, 'segment'>): string {
  return `database/queries-${segment}.json`;
}

/** What a run recorded of queries. */
export interface DatabaseRecords {
  /** One a life of the service that used a database. */
  readonly queries: readonly TargetQueries[];
  readonly server: DatabaseView | null;
}
