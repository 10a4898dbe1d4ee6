import type { TargetQueries } from '../../../model/database.ts';
import type { QueryTotals } from './query-book.ts';

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

export interface QueryProbeOptions {
  /** From this duration on a query is slow. */
  readonly slowMs: number;
}
