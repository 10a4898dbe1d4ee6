import type { TrendVerdict } from '../../../src/stats/judge-trend.ts';
import type { Point } from '../../../src/stats/point.ts';
import { type BlockNoise, bestRecall, blockNoise } from './best-recall.ts';
import { type Condition, conditionKey } from './conditions.ts';
import { judgeRun } from './judge-run.ts';
import { CARRIERS, type Carrier, LEVELS, makeRun } from './make-run.ts';
import { SERIES_CLASSES, type SeriesClass } from './series-classes.ts';

/** What one signal of one run was in truth, and what was said of it. */
export interface Outcome {
  readonly seriesClass: SeriesClass;
  readonly condition: Condition;
  readonly carrier: Carrier;
  /** True growth over the judged time, in standard deviations of a block; 0 where nothing leaks. */
  readonly deviations: number;
  /** Growth is above what the product would ever mention. */
  readonly isWorthAWord: boolean;
  readonly verdict: TrendVerdict;
  readonly isAlarm: boolean;
  readonly isAccused: boolean;
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
  /** How often a test that knew the noise would find this growth. */
  readonly bestRecall: number;
}

export interface Task {
  readonly seriesClass: SeriesClass;
  readonly condition: Condition;
  readonly seed: number;
}

/** True growth in standard deviations of a block. */
const SIZES: readonly number[] = [1, 2, 3, 5, 10, 20];
/** Growth below which the checks say nothing, as a share of the level: see `afterCollection`, `nativeMemory`, `judgeDegradation`. */
const LEAST_SHARE: Readonly<Record<Carrier, number>> = { heap: 0.01, native: 0.053, delay: 0.1 };
const LEAST_SHARE_OF_SHORT_RUN = 0.25;
const SHORT_RUN_MS = 10 * 60_000;
/** Noise may lower what is measured of a growth at the very edge. */
const ABOVE_LEAST = 1.3;

/** The two snapshots in the steady phase cut resident memory in two, and each half must show the growth by itself. */
const PIECES: Readonly<Record<Carrier, number>> = { heap: 1, native: 2, delay: 1 };

/** z of one-sided 1 %, corrected for two series of held memory and for twelve others (Holm's first step). */
const CRITICAL: Readonly<Record<Carrier, number>> = { heap: 2.576, native: 3.144, delay: 3.144 };

const CALIBRATION_RUNS = 4;
const FLAT = SERIES_CLASSES[0] as SeriesClass;

/** Drives tasks; remembers what the noise of a block is in each condition. */
export class Driver {
  readonly #noises = new Map<string, Readonly<Record<Carrier, BlockNoise>>>();

  run({ seriesClass, condition, seed }: Task): Outcome[] {
    const number = hash(`${seriesClass.name} ${conditionKey(condition)} ${seed}`);
    const noise = this.#noiseOf(seriesClass, condition);
    const size = seriesClass.leaks ? (SIZES[number % SIZES.length] ?? 1) : 0;
    const growth = byCarrier((carrier) => (PIECES[carrier] * size * noise[carrier].deviation) / LEVELS[carrier]);
    const made = makeRun({ seriesClass, condition, seed: number, growth });
    return judgeRun(made).map((judged): Outcome => {
      const { carrier, trend, timeToLimitCI, verdict, isAlarm, isAccused } = judged;
      const { level, slope } = made.truth[carrier];
      const hasSlope = seriesClass.isStraight;
      const timeMs = (made.heapLimit - level) / slope;
      return {
        seriesClass,
        condition,
        carrier,
        deviations: size,
        isWorthAWord: growth[carrier] >= ABOVE_LEAST * leastShare(carrier, condition),
        verdict,
        isAlarm,
        isAccused,
        slopeError: hasSlope ? trend.slope / slope - 1 : null,
        holdsSlope: hasSlope ? trend.low <= slope && slope <= trend.high : null,
        holdsTime: hasSlope && timeToLimitCI ? isWithin(timeToLimitCI, timeMs) : null,
        isOpen: timeToLimitCI?.[1] === null,
        overAnnounced: (growth[carrier] * LEVELS[carrier]) / (trend.smallestSlope * trend.span),
        bestRecall: bestRecall(size, trend.points, noise[carrier].persistence, PIECES[carrier], CRITICAL[carrier]),
      };
    });
  }

  /** How the judged points of a series without its leak lie around the truth, over some runs. */
  #noiseOf(seriesClass: SeriesClass, condition: Condition): Readonly<Record<Carrier, BlockNoise>> {
    const measured = seriesClass.isNoisy ? seriesClass : FLAT;
    const key = `${measured.name} ${conditionKey(condition)}`;
    const known = this.#noises.get(key);
    if (known) return known;
    const pieces: Record<Carrier, (readonly Point[])[]> = { heap: [], native: [], delay: [] };
    for (let seed = 1; seed <= CALIBRATION_RUNS; seed += 1) {
      const growth = byCarrier(() => 0);
      const made = makeRun({ seriesClass: measured, condition, seed: hash(`calibration ${key} ${seed}`), growth });
      for (const { carrier, points } of judgeRun(made)) pieces[carrier].push(points);
    }
    const delay = blockNoise(pieces.delay);
    const noise = {
      heap: blockNoise(pieces.heap),
      delay,
      // Resident memory jumps at each snapshot, which is no noise: that of another signal, scaled, stands in.
      native: { ...delay, deviation: (delay.deviation * LEVELS.native) / LEVELS.delay },
    };
    this.#noises.set(key, noise);
    return noise;
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

/** 32 bits of a text (FNV-1a): seeds that have nothing to do with each other. */
function hash(text: string): number {
  let state = 0x811c9dc5;
  for (const character of text) state = Math.imul(state ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  return state;
}
