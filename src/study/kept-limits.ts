import type { RunManifest } from '../model/run-manifest.ts';
import type { Threshold } from '../model/threshold.ts';
import { parseThresholds } from '../scenario/parse-threshold.ts';

/** The limits that a run was made with, as run.json keeps them; one that cannot be read is told and left out. */
export function keptLimits({ thresholds }: Pick<RunManifest, 'thresholds'>, note: (text: string) => void): Threshold[] {
  return parseThresholds(thresholds, (subject, text, why) =>
    note(`the threshold ${text} of ${subject} was left out: ${why}`),
  );
}
