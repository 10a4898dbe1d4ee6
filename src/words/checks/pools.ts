import type { PoolSeries } from '../../model/heap-growth.ts';
import { formatCount } from '../../model/units.ts';
import { perRequestWords } from '../figures.ts';
import { objectText } from '../holder.ts';
import { capital } from '../terms.ts';

export const NOT_COMPARED = 'there are too few heap snapshots to see pools; no request hung or failed';
export const NONE_SEEN = 'no pool was seen in the snapshots, and no request hung or failed';
export const AT_REST =
  'No request was in progress when the last snapshot was taken: connections in use then belong to no request.';
export const IN_PROGRESS =
  'Requests were in progress: a pool that is too small for the load, or queries that take long, look the same.';
/** What a pool gains in an hour. */
export const UNIT = 'connections';

/** The heap does not show it, but an exhausted pool looks like this from outside. */
export const UNNAMED = {
  title: 'Requests fail or hang while the service is nearly idle: it waits for another resource.',
  holder: 'a pool or a service that it calls',
  subject: 'the pool',
  against: 'No `Pool` was seen in the snapshots; a slow or failed database or backend service looks the same.',
  detail: (trouble: string): string => `no pool was seen in the snapshots. ${trouble}`,
} as const;

export function toldByPool(title: string): string {
  return `reported by the pool itself: ${title}`;
}

export function poolDetail({ holder, inUse, total }: PoolSeries): string {
  const all = total.at(-1) ?? null;
  return `${objectText(holder)}: ${counts(inUse)} in use by snapshot${all === null ? '' : `, of ${formatCount(all)}`}`;
}

export function bySnapshot({ inUse, total, waiting }: PoolSeries): string {
  return `In use by snapshot: ${counts(inUse)}; in all: ${counts(total)}; waiting: ${counts(waiting)}.`;
}

export interface PoolState {
  /** As text. */
  readonly holder: string;
  readonly out: number;
  /** How many there can be; null if unknown. */
  readonly most: number | null;
  readonly waiting: number;
  readonly perRequest: number | null;
  readonly isDry: boolean;
}

export function leakTitle({ holder, out, most, perRequest, isDry }: PoolState): string {
  const rate = perRequest ? ` (${perRequestWords(perRequest)})` : '';
  return `Connections of ${holder} are not returned: ${outOf(out, most)} are in use while no request is in progress${rate}${isDry ? ', and none is free' : ''}.`;
}

export function dryTitle({ holder, out, most, waiting }: PoolState): string {
  return `${capital(holder)} has no free connection: ${outOf(out, most)} are in use, and ${formatCount(waiting)} requests wait.`;
}

function outOf(out: number, most: number | null): string {
  return `${formatCount(out)}${most === null ? '' : ` of ${formatCount(most)}`}`;
}

function counts(series: readonly (number | null)[]): string {
  return series.map((count) => (count === null ? '?' : formatCount(count))).join(', ');
}
