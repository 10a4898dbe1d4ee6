import { NATIVE } from '../../words/checks/memory.ts';
import * as say from '../../words/checks/worker-threads.ts';
import type { RunView } from '../run-view.ts';
import { isSeenFromOutside } from './find-gaps.ts';

/** Growth is measured between two snapshots of one thread. */
const LEAST_LOOKS = 2;

/** What was not seen of the worker threads, in a sentence; none if there were none, or all were examined. */
export function unexaminedWorkers({ run }: RunView): string[] {
  const looks = run.events.flatMap((event) => (event.type === 'worker-threads' ? [event] : []));
  const running = Math.max(0, ...looks.map((look) => look.running));
  const counts = new Map<string, number>();
  for (const { segment, thread } of run.manifest.workerSnapshots ?? []) {
    const key = `${segment} ${thread}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const examined = [...counts.values()].filter((count) => count >= LEAST_LOOKS).length;
  const missed = running - examined;
  if (missed <= 0) return [];
  const reason = looks.findLast((look) => look.reason !== '')?.reason ?? say.WHY_NOT_EXAMINED.tooShort;
  return [say.notExamined(missed, running, reason)];
}

/** Why memory that nothing explains may be that of worker threads; none if all of them were examined. */
export function doubtByWorkers(view: RunView): string[] {
  if (isSeenFromOutside(view)) return [];
  // Earlier versions did not look for them.
  if (!view.run.events.some(({ type }) => type === 'worker-threads')) return [NATIVE.workers];
  return unexaminedWorkers(view).map(NATIVE.unexamined);
}
