import type { Milliseconds } from '../../model/units.ts';
import * as say from '../../words/completeness.ts';
import type { RunData } from '../run-data.ts';

/** Beyond this share, what is missing of imported results may say something else than what is there. */
const MOST_MISSING = 0.1;

/**
 * What did not come of the results of another load tool. A file that is cut off is no pass, and neither is one of which much
 * could not be used: what failed may be what is missing. A load that went on outside of the run that it was read into is
 * only told, unless limits are compared with the part that is there.
 */
export function importFaults({ events, thresholds, requests }: RunData): {
  readonly missing: readonly string[];
  readonly notes: readonly string[];
} {
  const missing: string[] = [];
  const notes: string[] = [];
  for (const event of events) {
    if (event.type !== 'import') continue;
    const { requests, unusable, leftOut, lost, verdicts } = event;
    missing.push(...lost.map(say.importLost));
    const all = requests + unusable + leftOut;
    if (unusable > 0) (unusable > MOST_MISSING * all ? missing : notes).push(say.importUnusable(unusable, all));
    const isMuch = leftOut > MOST_MISSING * all && thresholds.length > 0;
    if (leftOut > 0) (isMuch ? missing : notes).push(say.importLeftOut(leftOut, all));
    notes.push(...verdicts);
  }
  if (events.some(({ type }) => type === 'import')) notes.push(...quietTime(requests));
  return { missing, notes };
}

/** Shorter is the pace of the load. */
const LEAST_QUIET_MS = 60_000;
const MUCH_QUIET = 0.1;

/**
 * How much load was planned is not in the results. Hours without load may be a paused generator, or parts whose clocks
 * differ.
 */
function quietTime(requests: RunData['requests']): string[] {
  const spans = [...requests].sort((a, b) => a.startMonoMs - b.startMonoMs);
  const firstMs = spans[0]?.startMonoMs ?? 0;
  let untilMs = firstMs;
  let quietMs: Milliseconds = 0;
  for (const { startMonoMs, endMonoMs } of spans) {
    if (startMonoMs - untilMs >= LEAST_QUIET_MS) quietMs += startMonoMs - untilMs;
    untilMs = Math.max(untilMs, endMonoMs);
  }
  const wholeMs = untilMs - firstMs;
  return quietMs > MUCH_QUIET * wholeMs ? [say.importQuiet(quietMs, wholeMs)] : [];
}
