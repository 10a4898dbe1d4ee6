import { UNJUDGED } from '../words/completeness.ts';
import type { RunData } from './run-data.ts';

/** Why a figure of the load cannot be judged: no load was driven, nothing was answered, or the time was too short. */
export function tooFewIntervals({ manifest, requests }: RunData, what: string): string {
  if (manifest.plan.load !== 'scenario' && requests.length === 0) return UNJUDGED.notDriven(what);
  return requests.every(({ count }) => count === 0) ? UNJUDGED.noneCompleted(what) : UNJUDGED.tooFew(what);
}
