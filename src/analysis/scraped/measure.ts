import type { Scrape } from '../../model/scrape.ts';

/**
 * What a series says about the health of a service, as far as its name tells. `none`: its movement may be right or
 * wrong, nobody knows from outside; it is shown, not judged.
 */
export type Role = 'backlog' | 'pool-wait' | 'hit-rate' | 'duration' | 'failures' | 'cardinality' | 'none';

/** A figure over the run, made of one or more scraped series. */
export interface Measure {
  /** Unique in a run. */
  readonly key: string;
  /** As it is quoted: `queue_depth{queue="mail"}`. */
  readonly text: string;
  readonly help: string;
  readonly role: Role;
  readonly unit: 'bytes' | 'ms' | 'count' | 'share';
  /** What was made of the series: a counter's change, or a sum over its count. */
  readonly as: '' | 'per second' | 'mean';
  /** Null if this reading (with the one before, in the same life of the process) says nothing about it. */
  readonly read: (scrape: Scrape, previous: Scrape | null) => number | null;
}

/** How much a counter rose since the reading before; null if it is missing or began again. */
export function rise(index: number, scrape: Scrape, previous: Scrape | null): number | null {
  const [to, from] = [scrape.values[index], previous?.values[index]];
  return to === undefined || from === undefined || to < from ? null : to - from;
}
