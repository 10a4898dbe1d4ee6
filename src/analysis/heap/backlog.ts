import type { MonoMs } from '../../model/units.ts';
import { DOUBT } from '../../words/checks/heap-suspects.ts';
import type { RunData } from '../run-data.ts';
import type { GrowthBehaviour } from './growth-tests.ts';

/** What one waiting request holds: some objects of a class, some buffers. */
const OBJECTS_A_REQUEST = 3;
const BYTES_A_REQUEST = 64 * 1024;

/**
 * Requests since a moment that our load gave up unanswered. The service may work on them long after their client is gone.
 */
export function abortedRequests({ requests }: RunData, sinceMs: MonoMs): number {
  return requests.reduce((sum, { endMonoMs, aborted = 0 }) => sum + (endMonoMs > sinceMs ? aborted : 0), 0);
}

/**
 * Why growth may be the backlog of a service that was asked for more than it manages, and no leak; null if there are not
 * enough requests that wait to explain it.
 */
export function backlogDoubt(
  aborted: number,
  { unit, gained }: Pick<GrowthBehaviour, 'unit' | 'gained'>,
): string | null {
  if (aborted === 0 || gained > aborted * (unit === 'objects' ? OBJECTS_A_REQUEST : BYTES_A_REQUEST)) return null;
  return DOUBT.backlog(aborted);
}
