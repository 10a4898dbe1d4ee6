import { type Condition, conditionKey } from './conditions.ts';
import { judgeRun } from './judge-run.ts';
import { CARRIERS, type Carrier, LEVELS, makeRun } from './make-run.ts';
import type { TrendVerdict } from '../../../src/stats/judge-trend.ts';
import { SERIES_CLASSES, type SeriesClass } from './series-classes.ts';

/** What one signal of one run was in truth, and what was said of it. */
export interface Outcome {
  readonly seriesClass: SeriesClass;
  readonly condition: Condition;
  readonly carrier: Carrier;
  readonly isHeldOut: boolean;
  /** True growth over the judged time, in standard deviations of a block; 0 where nothing leaks. */
  readonly deviations: number;
  /** Growth is above what the product would ever mention. */
  readonly isWorthAWord: boolean;
  readonly verdict: TrendVerdict;
  readonly isAlarm: boolean;
  /** Measured slope over the true one, less 1; null where there is no one true slope. */
  readonly slopeError: number | null;
  /** The interval of the slope holds the true one. */
  readonly holdsSlope: boolean | null;
  /** The interval of the time to the limit holds the true time; heap only. */
  readonly holdsTime: boolean | null;
  /** Nothing is known of the end of that interval. */
  readonly isOpen: boolean;
  /** True growth over the smallest that the run itself claims it could have seen. */
  readonly overAnnounced: number;
}

export interface Task {
  readonly seriesClass: SeriesClass;
  readonly condition: Condition;
  readonly seed: number;
  readonly isHeldOut: boolean;
}

/** True growth in standard deviations of a block. */
const SIZES: readonly number[] = [1, 2, 3, 5, 10, 20];
/** Growth below which the checks say nothing, as a share of the level: see `afterCollection`, `nativeMemory`, `judgeDegradation`. */
const LEAST_SHARE: Readonly<Record<Carrier, number>> = { heap: 0.01, native: 0.053, delay: 0.1 };
const LEAST_SHARE_OF_SHORT_RUN = 0.25;
const SHORT_RUN_MS = 10 * 60_000;
/** Noise may lower what is measured of a growth at the very edge. */
const ABOVE_LEAST = 1.3;

const CALIBRATION_RUNS = 4;

/** Drives tasks; remembers what a block's standard deviation is in each condition. */
export class Driver {
  readonly #deviations = new Map<string, Readonly<Record<Carrier, number>>>();

  run({ seriesClass, condition, seed, isHeldOut }: Task): Outcome[] {
    const number = hash(`${seriesClass.name} ${conditionKey(condition)} ${seed}`);
    const deviation = this.#deviationOf(condition);
    const size = seriesClass.leaks ? (SIZES[number % SIZES.length] ?? 1) : 0;
    const growth = byCarrier((carrier) => size * deviation[carrier]);
    const made = makeRun({ seriesClass, condition, seed: number, growth });
    return judgeRun(made).map((judged): Outcome => {
      const { carrier, trend, timeToLimitCI, verdict, isAlarm } = judged;
      const { level, slope } = made.truth[carrier];
      const hasSlope = seriesClass.isStraight;
      const timeMs = (made.heapLimit - level) / slope;
      return {
        seriesClass,
        condition,
        carrier,
        isHeldOut,
        deviations: size,
        isWorthAWord: growth[carrier] >= ABOVE_LEAST * leastShare(carrier, condition),
        verdict,
        isAlarm,
        slopeError: hasSlope ? trend.slope / slope - 1 : null,
        holdsSlope: hasSlope ? trend.low <= slope && slope <= trend.high : null,
        holdsTime: hasSlope && timeToLimitCI ? isWithin(timeToLimitCI, timeMs) : null,
        isOpen: timeToLimitCI?.[1] === null,
        overAnnounced: (growth[carrier] * LEVELS[carrier]) / (trend.smallestSlope * trend.span),
      };
    });
  }

  /** How far the judged points of a flat series lie from the truth, over some runs. */
  #deviationOf(condition: Condition): Readonly<Record<Carrier, number>> {
    const key = conditionKey(condition);
    const known = this.#deviations.get(key);
    if (known) return known;
    const flat = SERIES_CLASSES[0] as SeriesClass;
    const values: Record<Carrier, number[]> = { heap: [], native: [], delay: [] };
    for (let seed = 1; seed <= CALIBRATION_RUNS; seed += 1) {
      const made = makeRun({
        seriesClass: flat,
        condition,
        seed: hash(`calibration ${key} ${seed}`),
        growth: byCarrier(() => 0),
      });
      for (const { carrier, points } of judgeRun(made)) {
        values[carrier].push(...points.map(({ y }) => y / LEVELS[carrier]));
      }
    }
    const deviations = byCarrier((carrier) =>
      // RSS rises by a jump at each snapshot, which is no noise: the signal's own deviation stands in.
      values[carrier].length === 0 || carrier === 'native' ? standardDeviation(values.delay) : standardDeviation(values[carrier]),
    );
    this.#deviations.set(key, deviations);
    return deviations;
  }
}

function leastShare(carrier: Carrier, { length }: Condition): number {
  return carrier === 'delay' && length.durationMs < SHORT_RUN_MS ? LEAST_SHARE_OF_SHORT_RUN : LEAST_SHARE[carrier];
}

/** Where slope and limit are straight, so is the end; an open end holds all that comes later. */
function isWithin([soonest, latest]: readonly [number | null, number | null], timeMs: number): boolean {
  return soonest !== null && soonest <= timeMs && (latest === null || timeMs <= latest);
}

function byCarrier(value: (carrier: Carrier) => number): Record<Carrier, number> {
  return Object.fromEntries(CARRIERS.map((carrier) => [carrier, value(carrier)])) as Record<Carrier, number>;
}

function standardDeviation(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}

/** 32 bits of a text (FNV-1a): seeds that have nothing to do with each other. */
function hash(text: string): number {
  let state = 0x811c9dc5;
  for (const character of text) state = Math.imul(state ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  return state;
}
