import { median } from './order-statistics.ts';
import type { Point } from './point.ts';
import { detrend, theilSen } from './theil-sen.ts';

/** Fewer cycles than this may be chance. */
const LEAST_CYCLES = 3;
/** A peak of the autocorrelation below this explains too little of the series. */
const LEAST_CORRELATION = 0.5;
const LEAST_POINTS = 16;

/**
 * The period of a wave, in points (batches, hourly jobs, flushes): the lag of the highest peak of the autocorrelation,
 * once a straight line is taken away. Persistence without a period makes an autocorrelation that falls without a peak,
 * so a peak must stand above the lags before it. Null if no wave repeats at least three times.
 */
export function detectPeriod(points: readonly Point[]): number | null {
  if (points.length < LEAST_POINTS) return null;
  const line = theilSen([points]);
  const rest = line ? (detrend([points], line)[0] ?? []) : points.map(({ y }) => y);
  const longest = Math.floor(points.length / LEAST_CYCLES);
  const correlations = Array.from({ length: longest + 2 }, (_, lag) => autocorrelation(rest, lag));
  let best: number | null = null;
  for (let lag = 3; lag <= longest; lag += 1) {
    const here = correlations[lag] ?? 0;
    const valley = Math.min(...correlations.slice(1, lag));
    const isPeak = here >= (correlations[lag - 1] ?? 0) && here >= (correlations[lag + 1] ?? 0);
    // A wave goes below zero between its crests: what does not is a slow drift.
    if (!isPeak || here < LEAST_CORRELATION || valley > 0) continue;
    if (best === null || here > (correlations[best] ?? 0) + 0.1) best = lag;
  }
  return best;
}

/** Takes the wave away and leaves the trend: from each point the median of the detrended points of its phase. */
export function removePeriod(points: readonly Point[], period: number): Point[] {
  const line = theilSen([points]);
  if (!line) return [...points];
  const rest = detrend([points], line)[0] ?? [];
  const phases = Array.from({ length: period }, (_, phase) => median(rest.filter((_, i) => i % period === phase)));
  return points.map(({ x, y }, i) => ({ x, y: y - (phases[i % period] ?? 0) }));
}

function autocorrelation(values: readonly number[], lag: number): number {
  const centre = values.reduce((sum, value) => sum + value, 0) / values.length;
  let shared = 0;
  let total = 0;
  values.forEach((value, i) => {
    total += (value - centre) ** 2;
    if (i >= lag) shared += (value - centre) * ((values[i - lag] ?? 0) - centre);
  });
  return total > 0 ? shared / total : 0;
}
