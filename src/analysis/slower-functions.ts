import type { FunctionChange } from '../cpu/compare-trees.ts';
import type { CpuEvidence } from './run-data.ts';

/** Deviations of the share of samples that make a change more than luck. */
const SURE = 4;
const LEAST_PART = 0.2;

/**
 * Functions that cost more in the last window than in the first, beyond the luck of sampling. The share of a function
 * in n samples has the deviation sqrt(p (1 - p) / n); a change counts at four of them, and when it is at least a fifth of
 * all that became dearer.
 */
export function slowerFunctions({ changes, samples }: CpuEvidence): FunctionChange[] {
  const total = (field: 'selfUs' | 'beforeSelfUs'): number => changes.reduce((sum, change) => sum + change[field], 0);
  const [before, after] = [total('beforeSelfUs'), total('selfUs')];
  const dearer = changes.reduce((sum, change) => sum + Math.max(0, change.selfUs - change.beforeSelfUs), 0);
  if (before <= 0 || after <= 0 || samples.first === 0 || samples.last === 0) return [];
  return changes
    .filter(({ selfUs, beforeSelfUs }) => {
      const [p, q] = [beforeSelfUs / before, selfUs / after];
      const deviation = Math.sqrt((p * (1 - p)) / samples.first + (q * (1 - q)) / samples.last);
      return q - p > SURE * deviation && selfUs - beforeSelfUs >= LEAST_PART * dearer;
    })
    .sort((a, b) => b.selfUs - b.beforeSelfUs - (a.selfUs - a.beforeSelfUs));
}
