import type { CrossedLimit, RunEvent } from '../model/run-event.ts';
import type { NamedGate } from './gates.ts';

/** Limits that failed in another load tool. They were set so that the test fails. */
export function importedLimits(events: readonly RunEvent[]): NamedGate[] {
  const crossed = events.flatMap((event) => (event.type === 'import' ? (event.crossed ?? []) : []));
  return crossed.map(toFailedGate);
}

function toFailedGate({ name, limit, measured, unit }: CrossedLimit): NamedGate {
  return { name, limit, measured, unit, status: 'fail', group: 'slo', isUnmeasured: false };
}
