import { formatDuration, type Milliseconds, perHour, type Share } from '../model/units.ts';
import { figure, percent, rateWords } from './figures.ts';

/** What is said of a figure that may get worse. */
export interface ToldSeries {
  /** At the start of a sentence: `The median latency of \`lock-proof\``. */
  readonly what: string;
  /** `share`: from 0 to 1, shown in percent. */
  readonly unit: string;
  /** The series is turned around: it is the falling that is worse. */
  readonly isTurned?: boolean;
}

/** How figures of one series are written. */
export interface SeriesWords {
  /** -1 if the series is turned around. */
  readonly sign: 1 | -1;
  readonly verb: 'fell' | 'rose';
  /** What figures are multiplied by before they are shown. */
  readonly scale: 1 | 100;
  readonly rateUnit: string;
  /** Levels of the series as it is judged, `4.1 to 9 ms`. */
  level(...levels: readonly number[]): string;
  /** `840 ms an hour`; the slope is one of what is shown, not turned around. */
  rate(slopePerMs: number, spanMs: Milliseconds): string;
}

export function seriesWords({ isTurned, unit }: Omit<ToldSeries, 'what'>): SeriesWords {
  const sign = isTurned ? -1 : 1;
  const scale = unit === 'share' ? 100 : 1;
  const [levelUnit, rateUnit] = unit === 'share' ? ['%', 'percentage points'] : [unit, unit];
  return {
    sign,
    verb: isTurned ? 'fell' : 'rose',
    scale,
    rateUnit,
    level: (...levels) => `${levels.map((level) => figure(sign * scale * level)).join(' to ')} ${levelUnit}`.trimEnd(),
    rate: (slopePerMs, spanMs) => rateWords(scale * slopePerMs, spanMs, rateUnit),
  };
}

/** The detail of a check: what became of the series, and what this run could have seen. */
export function steppedDetail({ level }: SeriesWords, from: number, to: number, atMs: Milliseconds): string {
  return `went from ${level(from, to)} in one step ${formatDuration(atMs)} into the run`;
}

export function steadyDetail({ level }: SeriesWords, verdict: string, at: number): string {
  return `${verdict} at ${level(at)}`;
}

export function worseDetail({ rate }: SeriesWords, slopePerMs: number, spanMs: Milliseconds): string {
  return `gets worse by ${rate(slopePerMs, spanMs)}`;
}

export function smallestDetail({ rate }: SeriesWords, slopePerMs: number, spanMs: Milliseconds): string {
  return `smallest trend this run could detect: ${rate(slopePerMs, spanMs)}`;
}

/** Levels as they are shown, not turned around. */
export interface Worsening {
  readonly early: number;
  readonly late: number;
  /** Of the early level. */
  readonly share: Share;
  /** Per millisecond, as are the bounds. */
  readonly slope: number;
  readonly low: number;
  readonly high: number;
  readonly spanMs: Milliseconds;
  readonly blocks: number;
  /** How many times as fast the second half is. */
  readonly halfRatio: number;
}

/** Of next to nothing, a share says nothing. */
const MOST_SHARE = 20;

export function trendTitle(series: ToldSeries, { early, late }: Worsening): string {
  const { verb, sign, level } = seriesWords(series);
  return `${series.what} ${verb} from ${level(sign * early, sign * late)} during the run.`;
}

export function trendEvidence(series: ToldSeries, { share, slope, low, high, ...seen }: Worsening): string {
  const { verb, sign, scale, rate } = seriesWords(series);
  const by = share < MOST_SHARE ? `by ${percent(share)}` : 'from almost nothing';
  const interval = [low, high].map((bound) => figure(sign * scale * perHour(bound))).join(' to ');
  const halves = `second half ${figure(Math.min(99, seen.halfRatio))} times as fast as the first`;
  return `It ${verb} ${by}, ${rate(sign * slope, seen.spanMs)} (95 % interval of an hour ${interval}; ${seen.blocks} blocks, ${halves}).`;
}

export function shortRun(spanMs: Milliseconds): string {
  return `${formatDuration(spanMs)} is a short run: one slow period of the machine looks the same. Half an hour would show which it is.`;
}

/** Levels as the series is judged. */
export interface Step {
  readonly x: Milliseconds;
  readonly from: number;
  readonly to: number;
  readonly pointsBefore: number;
  readonly pointsAfter: number;
}

export function stepTitle(series: ToldSeries, { x, from, to }: Step): string {
  const { verb, level } = seriesWords(series);
  return `${series.what} ${verb} from ${level(from, to)} in one step, ${formatDuration(x)} into the run, and stayed there.`;
}

export function stepEvidence(series: ToldSeries, { from, to, pointsBefore, pointsAfter }: Step): string {
  const { level } = seriesWords(series);
  return `It was at ${level(from)} (median of ${pointsBefore} blocks) and at ${level(to)} from then to the end (${pointsAfter} blocks); the values before and after barely overlap.`;
}

export const CUT_OFF =
  'The run ended soon after: it may have lasted only a few seconds. A longer run would show whether it stays.';
