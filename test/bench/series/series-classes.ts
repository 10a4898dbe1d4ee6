import type { Milliseconds } from '../../../src/model/units.ts';

/** What a service does over a run. `share` runs from 0 to 1 over the time that is judged, and is below 0 in the warm-up. */
export interface Behaviour {
  /** Added to the level, as a share of it: what is no leak. */
  readonly healthy: (share: number) => number;
  /** How much of the leak is there: 1 is all of its growth. 0 everywhere where nothing leaks. */
  readonly leaked: (share: number) => number;
  /** Moments at which the process starts again, without its leak. */
  readonly restarts?: readonly number[];
  /** Stretches in which nothing was recorded. */
  readonly gaps?: readonly (readonly [from: number, to: number])[];
  readonly wallClockJumps?: readonly (readonly [at: number, jumpMs: Milliseconds])[];
  /** Values come in multiples of this share of the level. */
  readonly quantum?: number;
}

export interface Draw {
  readonly between: (low: number, high: number) => number;
  /** Length of the judged time. */
  readonly judgedMs: Milliseconds;
}

export interface SeriesClass {
  readonly name: string;
  readonly leaks: boolean;
  /** Never looked at while thresholds and methods were chosen. */
  readonly isHeldOut: boolean;
  /** The slope of the leak is the same all the time: then slope and time to limit have one true value. */
  readonly isStraight: boolean;
  /** What it does besides leaking is noise of its own kind, not only that of the condition. */
  readonly isNoisy: boolean;
  readonly draw: (draw: Draw) => Behaviour;
}

const none = (): number => 0;
const steady = (share: number): number => share;
const HOUR_MS = 3_600_000;

/** Amplitudes are shares of the level, as services show them: a few percent to a third. */
const healthyClasses: readonly SeriesClass[] = [
  healthy('flat', () => ({ healthy: none })),
  healthy('sawtooth, short period', ({ between }) => ({
    healthy: sawtooth(between(0.05, 0.3), between(0.002, 0.02), between(0, 1)),
  })),
  healthy('sawtooth, long period', ({ between }) => ({
    healthy: sawtooth(between(0.05, 0.3), between(0.1, 0.35), between(0, 1)),
  })),
  healthy('wave of an hour', ({ between, judgedMs }) => ({
    healthy: wave(between(0.03, 0.1), wavePeriod(judgedMs), between(0, 1)),
  })),
  healthy('spikes', ({ between }) => ({ healthy: spikes(between) })),
  healthy('warm-up', ({ between }) => ({ healthy: settling(between(-0.4, 0.3), between(0.02, 0.1)) })),
  healthy('cache that fills', ({ between }) => ({ healthy: settling(between(-0.5, -0.1), between(0.05, 0.2)) })),
  healthy('step', ({ between }) => ({ healthy: step(between(0.05, 0.4), between(0.05, 0.95)) })),
  healthy('fall', ({ between }) => {
    const depth = between(0.05, 0.3);
    return { healthy: (share) => -depth * share };
  }),
  healthy('restarts', ({ between }) => {
    const restarts = moments(between);
    const depth = between(0, 0.2);
    return { healthy: afterEach(restarts, (since) => -depth * Math.exp(-since / 0.02)), restarts };
  }),
  healthy('values in big steps', ({ between }) => ({ healthy: none, quantum: between(0.01, 0.08) })),
  heldOut(
    healthy('two steps', ({ between }) => {
      const [first, second] = [
        step(between(0.05, 0.3), between(0.08, 0.5)),
        step(between(0.05, 0.3), between(0.5, 0.92)),
      ];
      return { healthy: (share) => first(share) + second(share) };
    }),
  ),
  heldOut(
    healthy('leak that stops', ({ between }) => {
      const [height, end] = [between(0.08, 0.4), between(0.3, 0.7)];
      return { healthy: (share) => height * Math.min(1, share / end) };
    }),
  ),
  heldOut(healthy('gaps', ({ between }) => ({ healthy: none, gaps: gaps(between) }))),
  heldOut(
    healthy('clock jumps', ({ between }) => ({
      healthy: none,
      wallClockJumps: [
        [between(0.1, 0.5), between(-2, 2) * HOUR_MS],
        [between(0.5, 0.9), between(-2, 2) * HOUR_MS],
      ],
    })),
  ),
];

const leakClasses: readonly SeriesClass[] = [
  leak('leak from the start', () => ({ healthy: none, leaked: steady })),
  {
    ...leak('leak, sawtooth of short period', ({ between }) => ({
      healthy: sawtooth(between(0.05, 0.2), between(0.002, 0.02), between(0, 1)),
      leaked: steady,
    })),
    isNoisy: true,
  },
  leak('leak after warm-up', ({ between }) => ({
    healthy: settling(between(-0.3, 0.2), between(0.01, 0.04)),
    leaked: steady,
  })),
  {
    ...leak('leak, values in big steps', ({ between }) => ({
      healthy: none,
      leaked: steady,
      quantum: between(0.01, 0.04),
    })),
    isNoisy: true,
  },
  {
    ...leak('leak that starts late', ({ between }) => {
      const start = between(0.2, 0.6);
      return { healthy: none, leaked: (share) => Math.max(0, share - start) / (1 - start) };
    }),
    isStraight: false,
  },
  heldOut(
    leak('leak under a wave', ({ between, judgedMs }) => ({
      healthy: wave(between(0.02, 0.06), wavePeriod(judgedMs), between(0, 1)),
      leaked: steady,
    })),
  ),
  heldOut(
    leak('leak with restarts', ({ between }) => {
      const restarts = moments(between);
      const lives = [0, ...restarts].map((from, i) => (restarts[i] ?? 1) - from);
      // All of the growth falls into the longest life.
      return { healthy: none, leaked: afterEach(restarts, (since) => since / Math.max(...lives)), restarts };
    }),
  ),
  heldOut(leak('leak with gaps', ({ between }) => ({ healthy: none, leaked: steady, gaps: gaps(between) }))),
];

export const SERIES_CLASSES: readonly SeriesClass[] = [...healthyClasses, ...leakClasses];

function healthy(name: string, draw: (draw: Draw) => Omit<Behaviour, 'leaked'>): SeriesClass {
  return {
    name,
    leaks: false,
    isHeldOut: false,
    isStraight: false,
    isNoisy: false,
    draw: (input) => ({ ...draw(input), leaked: none }),
  };
}

function leak(name: string, draw: SeriesClass['draw']): SeriesClass {
  return { name, leaks: true, isHeldOut: false, isStraight: true, isNoisy: false, draw };
}

function heldOut(one: SeriesClass): SeriesClass {
  return { ...one, isHeldOut: true };
}

type Shape = (share: number) => number;

function sawtooth(height: number, period: number, phase: number): Shape {
  return (share) => height * fraction(share / period + phase);
}

/** An hour, where the run holds several; in shorter runs a fifth: a part of a wave cannot be told from a trend. */
function wavePeriod(judgedMs: Milliseconds): number {
  return judgedMs > 1.5 * HOUR_MS ? HOUR_MS / judgedMs : 0.2;
}

function wave(height: number, period: number, phase: number): Shape {
  return (share) => height * Math.sin(2 * Math.PI * (share / period + phase));
}

function settling(height: number, tau: number): Shape {
  return (share) => height * Math.exp(-Math.max(0, share + 0.02) / tau);
}

function step(height: number, at: number): Shape {
  return (share) => (share < at ? 0 : height);
}

/** Short bursts high above the level, at moments of their own. */
function spikes(between: Draw['between']): Shape {
  const bursts = Array.from({ length: Math.round(between(3, 20)) }, () => ({
    at: between(0, 1),
    length: between(0.001, 0.006),
    height: between(0.2, 1),
  }));
  return (share) =>
    bursts.reduce((sum, { at, length, height }) => sum + (share >= at && share < at + length ? height : 0), 0);
}

function moments(between: Draw['between']): number[] {
  return between(0, 1) < 0.5 ? [between(0.3, 0.7)] : [between(0.15, 0.45), between(0.55, 0.85)];
}

/** `shape` begins again at each restart. */
function afterEach(restarts: readonly number[], shape: Shape): Shape {
  return (share) => shape(share - (restarts.findLast((at) => at <= share) ?? 0));
}

function gaps(between: Draw['between']): [number, number][] {
  return Array.from({ length: Math.round(between(1, 3)) }, () => {
    const from = between(0.05, 0.8);
    return [from, from + between(0.02, 0.12)];
  });
}

function fraction(value: number): number {
  return value - Math.floor(value);
}
