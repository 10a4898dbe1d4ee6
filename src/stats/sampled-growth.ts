import type { Bytes } from '../model/units.ts';
import { normalCdf } from './normal-distribution.ts';

/** Live bytes of one origin, estimated from samples taken about once per a number of bytes. */
export interface SampledSize {
  /** Work until then: requests. */
  readonly x: number;
  /** On which the estimate rests. */
  readonly samples: number;
  readonly bytes: Bytes;
}

export interface SampledGrowth {
  /** Bytes for each unit of x, from the first reading to the last, with its 95 % interval. */
  readonly slope: number;
  readonly low: number;
  readonly high: number;
  /**
   * One-sided: how likely a level that does not grow gives a rise like this, whatever share of it survives between readings.
   */
  readonly pRising: number;
  /** How likely even growth gives gains as uneven as these. */
  readonly pEven: number;
  /** Stretches between readings in which work was done. */
  readonly windows: number;
}

/** A stretch with less work than this share of the mean says nothing about growth by work. */
const LEAST_WORK = 0.05;
/** How much of a level survives from one reading to the next is not known: the worst of these is taken. */
const SURVIVALS = [0, 0.2, 0.35, 0.5, 0.6, 0.7, 0.8, 0.9, 0.97];
/** Traffic is not the same in each stretch, nor is each request: beside the error of sampling. */
const UNEVEN_SHARE = 0.15;
const TWO_SIDED_95 = 1.96;

/**
 * A Poisson sample with one sample in about I bytes knows its own noise: k samples stand for k I bytes, with a standard
 * deviation of sqrt(k) I (V8's sampling heap profiler draws the distance to the next sample from an exponential
 * distribution). So no noise need be guessed from the few readings of a run.
 *
 * Rising: sum (x - mean x) k against its variance where the level stays, of mean m. Samples of one reading may live on in
 * the next, so the readings are dependent: with a share s that survives the mean distance between readings, the covariance
 * of readings i and j is m s^(distance), as of a queue in balance (M/M/infinity). s is between 0 (all turned over) and 1
 * (nothing moves, and then nothing rises); the s with the largest variance is taken.
 *
 * Even: where so much is added a request and stays, the gains of the stretches are independent, of mean and variance in
 * proportion to their requests: Pearson's chi-square says whether they can be. What fills up, or comes in one load, fails.
 *
 * Null with fewer than three readings, or where nothing was sampled.
 */
export function sampledGrowth(readings: readonly SampledSize[]): SampledGrowth | null {
  const first = readings[0];
  const last = readings.at(-1);
  if (!first || !last || readings.length < 3 || last.x <= first.x) return null;
  const samples = readings.reduce((sum, one) => sum + one.samples, 0);
  if (samples === 0) return null;
  const bytesEach = readings.reduce((sum, one) => sum + one.bytes, 0) / samples;
  const work = last.x - first.x;
  const gained = last.samples - first.samples;
  const slope = (last.bytes - first.bytes) / work;
  const error = (TWO_SIDED_95 * bytesEach * Math.sqrt(first.samples + last.samples)) / work;
  const gains = gainsOf(readings);
  return {
    slope,
    low: slope - error,
    high: slope + error,
    pRising: gained > 0 ? risingByChance(readings, samples / readings.length) : 1,
    pEven: evenByChance(gains),
    windows: gains.length,
  };
}

function risingByChance(readings: readonly SampledSize[], mean: number): number {
  const xs = readings.map(({ x }) => x);
  const meanX = xs.reduce((sum, x) => sum + x, 0) / xs.length;
  const weights = xs.map((x) => x - meanX);
  const sum = readings.reduce((total, { samples }, i) => total + (weights[i] ?? 0) * samples, 0);
  const distance = ((xs.at(-1) ?? 0) - (xs[0] ?? 0)) / (xs.length - 1);
  const worst = Math.max(
    ...SURVIVALS.map((survival) =>
      weights.reduce(
        (all, wi, i) =>
          all +
          weights.reduce((row, wj, j) => {
            const apart = Math.abs((xs[i] ?? 0) - (xs[j] ?? 0)) / distance;
            return row + wi * wj * (apart === 0 ? 1 : survival ** apart);
          }, 0),
        0,
      ),
    ),
  );
  return 1 - normalCdf(sum / Math.sqrt(mean * worst));
}

function gainsOf(readings: readonly SampledSize[]): { readonly work: number; readonly gained: number }[] {
  const gains = readings.slice(1).map((to, i) => {
    const from = readings[i] ?? to;
    return { work: to.x - from.x, gained: to.samples - from.samples };
  });
  const meanWork = gains.reduce((sum, { work }) => sum + work, 0) / gains.length;
  return gains.filter(({ work }) => work >= LEAST_WORK * meanWork);
}

function evenByChance(gains: readonly { readonly work: number; readonly gained: number }[]): number {
  const work = gains.reduce((sum, gain) => sum + gain.work, 0);
  const rate = gains.reduce((sum, { gained }) => sum + gained, 0) / work;
  if (rate <= 0 || gains.length < 2) return 0;
  const chiSquare = gains.reduce((sum, gain) => {
    const expected = rate * gain.work;
    return sum + (gain.gained - expected) ** 2 / (expected + (UNEVEN_SHARE * expected) ** 2);
  }, 0);
  return chiSquareUpperTail(chiSquare, gains.length - 1);
}

/**
 * P(X > x) of chi-square with `degrees` degrees of freedom, by the cube root (Wilson and Hilferty 1931): good to about a
 * hundredth.
 */
function chiSquareUpperTail(x: number, degrees: number): number {
  const spread = 2 / (9 * degrees);
  return 1 - normalCdf((Math.cbrt(x / degrees) - (1 - spread)) / Math.sqrt(spread));
}
