import type { BreakCause, StressStage } from '../model/stress-report.ts';
import * as say from '../words/stress.ts';

/** What one level showed, before it is judged. */
export interface StageFacts {
  readonly seen: Omit<StressStage, 'broke' | 'brokeBy' | 'isDoubtful'>;
  /** The generator had no time or no sockets left, beyond being late. */
  readonly isGeneratorSpent: boolean;
  /** For each window of the stage in order: the limits on percentiles that did not hold in it. */
  readonly windows: readonly (readonly string[])[];
  /** The target ended while the level was held. */
  readonly isTargetLost: boolean;
}

const ERROR_LIMIT = 0.01;
const ACHIEVED_LIMIT = 0.95;
/** Throughput under this share of the best at a lower level has fallen. */
const FALL_LIMIT = 0.95;
const WINDOWS_IN_A_ROW = 3;

/**
 * The stage with its verdict. Late sends alone leave it valid: limits are then compared with the time from the actual
 * send, and every arrival is still sent. A fall of throughput, though, may be the generator's own.
 */
export function judgeStage(facts: StageFacts, lower: readonly StressStage[]): StressStage {
  const { seen, isGeneratorSpent } = facts;
  const reasons = whyBroken(facts, lower);
  const onlyFell = reasons.length === 1 && reasons[0]?.by === 'throughput-fell';
  const isDoubtful = reasons.length > 0 && (isGeneratorSpent || (onlyFell && seen.generatorLimits.length > 0));
  return { ...seen, broke: reasons.map(({ words }) => words), brokeBy: reasons.map(({ by }) => by), isDoubtful };
}

interface Reason {
  readonly by: BreakCause;
  readonly words: string;
}

/** Why the service is broken at this level; empty when it holds. `lower`: stages at lower levels that held. */
function whyBroken({ seen: stage, windows, isTargetLost }: StageFacts, lower: readonly StressStage[]): Reason[] {
  const reasons: Reason[] = [];
  const because = (by: BreakCause, words: string): number => reasons.push({ by, words });
  if (isTargetLost) because('process-ended', say.PROCESS_ENDED);
  if (stage.errorShare > ERROR_LIMIT) because('errors', say.requestsFailed(stage.errorShare, ERROR_LIMIT));
  for (const limit of failedInARow(windows)) because('limit', say.limitBroken(limit, WINDOWS_IN_A_ROW));
  if (stage.achievedShare !== null && stage.achievedShare < ACHIEVED_LIMIT) {
    because('arrivals', say.arrivalsLate(stage.achievedShare, ACHIEVED_LIMIT));
  }
  const best = Math.max(0, ...lower.filter(({ level }) => level < stage.level).map((one) => one.throughputPerSecond));
  if (stage.throughputPerSecond < FALL_LIMIT * best) {
    because('throughput-fell', say.throughputFell(stage.throughputPerSecond, best));
  }
  if (reasons.length === 0 && stage.throughputPerSecond === 0) because('no-answer', say.NO_ANSWER);
  return reasons;
}

function failedInARow(windows: readonly (readonly string[])[]): string[] {
  const names = new Set(windows.flat());
  return [...names].filter((name) =>
    windows.some(
      (_, i) =>
        i + WINDOWS_IN_A_ROW <= windows.length &&
        windows.slice(i, i + WINDOWS_IN_A_ROW).every((failed) => failed.includes(name)),
    ),
  );
}
