import type { RefusedCapture, RunEvent } from '../../model/run-event.ts';
import * as say from '../../words/completeness.ts';
import type { RunView } from '../run-view.ts';

type Refusal = Extract<RunEvent, { type: 'capture-refused' }>;

/** Why the last heap snapshot that was refused was; empty if none was. */
export function lastRefusal(view: RunView): string {
  return refusals(view).findLast(({ capture }) => capture === 'heap-snapshot')?.reason ?? '';
}

/** Which captures for finding leaks were not made, to spare the service: one sentence, or none. */
export function refusedCaptures(view: RunView): string[] {
  const times = new Map<RefusedCapture, number>();
  const told: Refusal[] = [];
  for (const refusal of refusals(view)) {
    if (say.refusedWords(refusal.capture, 1) === null) continue;
    times.set(refusal.capture, (times.get(refusal.capture) ?? 0) + 1);
    told.push(refusal);
  }
  const what = [...times].flatMap(([capture, count]) => say.refusedWords(capture, count) ?? []);
  return what.length === 0 ? [] : [say.capturesRefused(what, told.at(-1)?.reason ?? '')];
}

function refusals({ run }: RunView): Refusal[] {
  return run.events.flatMap((event) => (event.type === 'capture-refused' ? [event] : []));
}
