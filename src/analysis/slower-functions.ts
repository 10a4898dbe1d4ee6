import type { FunctionChange } from '../cpu/compare-trees.ts';
import type { CpuEvidence } from './run-data.ts';

/** Deviations of the share of samples that make a change more than luck. */
const SURE = 4;
const LEAST_PART = 0.2;

/**
 * Natives that hand bytes to the kernel. The profile samples time that passes, and there it passes in the kernel: on a busy
 * machine, more of it.
 */
const SENDS = /^write(v|Buffer|(Utf8|Latin1|Ascii|Ucs2)String)$/;

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
    .filter(({ name, place, selfUs, beforeSelfUs }) => {
      if (place === null && SENDS.test(name)) return false;
      const [p, q] = [beforeSelfUs / before, selfUs / after];
      const deviation = Math.sqrt((p * (1 - p)) / samples.first + (q * (1 - q)) / samples.last);
      return q - p > SURE * deviation && selfUs - beforeSelfUs >= LEAST_PART * dearer;
    })
    .sort((a, b) => b.selfUs - b.beforeSelfUs - (a.selfUs - a.beforeSelfUs));
}

/**
 * Of the CPU time of a request in the first window: growth of one function by this much is worth reporting, by the larger it
 * is sure.
 */
const WORTH_A_WORD = 0.15;
const SURE_SHARE = 0.3;
const DOUBLED = 2;
const LEAST_BUSY_SAMPLES = 200;
/** A caller that explains this much of what its callee gained replaces it. */
const EXPLAINS = 0.9;

export interface GrownFunction {
  /** A function of the program or of a package: native code is replaced by its nearest caller that is not native. */
  readonly change: FunctionChange;
  /** CPU time a request that it gained, as a share of all CPU time of a request in the first window. */
  readonly share: number;
  readonly isSure: boolean;
}

/**
 * The function whose CPU time a request grew most, where it grew beyond noise and by a real part of the whole; else null.
 */
export function grownFunction(cpu: CpuEvidence): GrownFunction | null {
  const { changes, samples, per } = cpu;
  if (per !== 'request' || Math.min(samples.first, samples.last) < LEAST_BUSY_SAMPLES) return null;
  const before = changes.reduce((sum, { beforeSelfUs }) => sum + beforeSelfUs, 0);
  const slower = slowerFunctions(cpu)[0];
  if (!slower || before <= 0) return null;
  const gained = slower.selfUs - slower.beforeSelfUs;
  const change = isOfProgram(slower) ? slower : callerOf(slower, gained, changes);
  if (!change || slower.selfUs < DOUBLED * slower.beforeSelfUs || gained < WORTH_A_WORD * before) return null;
  return { change, share: gained / before, isSure: gained >= SURE_SHARE * before };
}

function isOfProgram({ place }: FunctionChange): boolean {
  return place !== null && !place.file.startsWith('node:');
}

/** Natives are called by what gained about as much in all: of those, the one that spends least. */
function callerOf(native: FunctionChange, gained: number, changes: readonly FunctionChange[]): FunctionChange | null {
  const callers = changes.filter(
    (change) =>
      isOfProgram(change) &&
      change.totalUs - change.beforeTotalUs >= EXPLAINS * gained &&
      change.totalUs >= EXPLAINS * native.totalUs,
  );
  return callers.sort((a, b) => a.totalUs - b.totalUs)[0] ?? null;
}
