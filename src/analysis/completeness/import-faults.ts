import * as say from '../../words/completeness.ts';
import type { RunData } from '../run-data.ts';

/** Beyond this share, what is missing of imported results may say something else than what is there. */
const MOST_MISSING = 0.1;

/**
 * What did not come of the results of another load tool. A file that is cut off is no pass, and neither is one of which much
 * could not be used: what failed may be what is missing. A load that went on outside of the run that it was read into is
 * only told, unless limits are held against the part that is there.
 */
export function importFaults({ events, thresholds }: RunData): {
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
  return { missing, notes };
}
