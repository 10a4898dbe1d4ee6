import type { CrossedLimit, RunEvent } from '../model/run-event.ts';
import type { NamedGate } from './gates.ts';

/** Limits of another load tool that were not held there: whoever set them meant the test to fail by them. */
export function importedLimits(events: readonly RunEvent[]): NamedGate[] {
  const crossed = events.flatMap((event) => (event.type === 'import' ? (event.crossed ?? []) : []));
  return crossed.map(toFailedGate);
}

function toFailedGate({ name, limit, measured, unit }: CrossedLimit): NamedGate {
  return { name, limit, measured, unit, status: 'fail', group: 'slo', isUnmeasured: false };
}
