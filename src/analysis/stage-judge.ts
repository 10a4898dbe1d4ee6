import type { StressStage } from '../model/stress-report.ts';
import { formatCount } from '../model/units.ts';

/** What one level showed, before it is judged. */
export interface StageFacts {
  readonly seen: Omit<StressStage, 'broke' | 'isDoubtful'>;
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
 * The stage with its verdict. Late sends alone leave it valid: limits are then held against the time from the actual
 * send, and every arrival is still sent. A fall of throughput, though, may be the generator's own.
 */
export function judgeStage(facts: StageFacts, lower: readonly StressStage[]): StressStage {
  const { seen, isGeneratorSpent } = facts;
  const broke = whyBroken(facts, lower);
  const onlyFell = broke.length === 1 && broke[0]?.startsWith(FELL) === true;
  const isDoubtful = broke.length > 0 && (isGeneratorSpent || (onlyFell && seen.generatorLimits.length > 0));
  return { ...seen, broke, isDoubtful };
}

const FELL = 'throughput fell';

/** Why the service is broken at this level, in words; empty when it holds. `lower`: stages at lower levels that held. */
function whyBroken({ seen: stage, windows, isTargetLost }: StageFacts, lower: readonly StressStage[]): string[] {
  const reasons: string[] = [];
  if (isTargetLost) reasons.push('the process of the service ended');
  if (stage.errorShare > ERROR_LIMIT) reasons.push(`${percent(stage.errorShare)} of the requests failed (limit 1 %)`);
  for (const limit of failedInARow(windows))
    reasons.push(`${limit} did not hold in ${WINDOWS_IN_A_ROW} windows running`);
  if (stage.achievedShare !== null && stage.achievedShare < ACHIEVED_LIMIT) {
    reasons.push(`${percent(stage.achievedShare)} of the arrivals were answered in time (limit 95 %)`);
  }
  const best = Math.max(0, ...lower.filter(({ level }) => level < stage.level).map((one) => one.throughputPerSecond));
  if (stage.throughputPerSecond < FALL_LIMIT * best) {
    reasons.push(
      `${FELL} to ${formatCount(Math.round(stage.throughputPerSecond))}/s while the load rose (it was ${formatCount(Math.round(best))}/s)`,
    );
  }
  if (reasons.length === 0 && stage.throughputPerSecond === 0) reasons.push('no request was answered');
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

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
