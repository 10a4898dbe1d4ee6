import type { Bytes, Milliseconds } from '../model/units.ts';
import { takeIn } from '../target/inspector-error.ts';
import type { InspectorSession } from '../target/session.ts';
import type { MeasureCost, Measured } from './measure-cost.ts';

/** A full collection took up to a second at 200 MB; a blocked loop answers when it is free. */
const DEADLINE_MS = 120_000;

/** Forces a full collection in the target; the value is the heap in use right after it, in bytes. */
export async function collectGarbage(
  session: InspectorSession,
  measure: MeasureCost,
  deadlineMs: Milliseconds = DEADLINE_MS,
): Promise<Measured<Bytes>> {
  return await measure(async () => {
    await session.call('HeapProfiler.collectGarbage', {}, { deadlineMs });
    const { usedSize } = await session.call<{ readonly usedSize: Bytes }>('Runtime.getHeapUsage', {}, { deadlineMs });
    return takeIn('Runtime.getHeapUsage', () => {
      if (!Number.isFinite(usedSize)) throw new Error('no usedSize');
      return usedSize;
    });
  });
}
