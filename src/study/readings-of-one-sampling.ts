import type { RunEvent } from '../model/run-event.ts';
import type { HeapProfileRecord } from '../model/run-manifest.ts';
import type { MonoMs } from '../model/units.ts';

/**
 * The readings that compare with the last one: of the same life of the process and the same connection. With each connection the
 * sampling begins again, and what lived before is in none of its readings.
 */
export function readingsOfOneSampling(
  records: readonly HeapProfileRecord[],
  events: readonly RunEvent[],
): readonly HeapProfileRecord[] {
  const last = records.at(-1);
  if (!last) return [];
  const lost = events.findLast(({ type, monoMs }) => type === 'inspector-lost' && monoMs < last.monoMs);
  const sinceMs: MonoMs = lost?.monoMs ?? Number.NEGATIVE_INFINITY;
  return records.filter(({ segment, monoMs }) => segment === last.segment && monoMs > sinceMs);
}
