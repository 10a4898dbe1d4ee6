import type { Milliseconds } from '../../../src/model/units.ts';

/** How a series is looked at, whatever it does. */
export interface Condition {
  readonly length: RunLength;
  /** Standard deviation of the persistent noise, as a share of the level. */
  readonly noise: number;
  /** Autocorrelation of the noise between neighbouring cells; a run has `CELLS`, which are minutes in a night. */
  readonly persistence: number;
}

export interface RunLength {
  readonly name: string;
  readonly durationMs: Milliseconds;
  readonly sampleIntervalMs: Milliseconds;
}

const MINUTE_MS = 60_000;

/** A night at a sample each ten seconds: what a second adds there is time of the benchmark and no information. */
export const LENGTHS: readonly RunLength[] = [
  { name: '8 h', durationMs: 480 * MINUTE_MS, sampleIntervalMs: 10_000 },
  { name: '2 h', durationMs: 120 * MINUTE_MS, sampleIntervalMs: 5000 },
  { name: '30 min', durationMs: 30 * MINUTE_MS, sampleIntervalMs: 1000 },
  { name: '3 min', durationMs: 3 * MINUTE_MS, sampleIntervalMs: 1000 },
];

export const CELLS = 480;
const NOISES: readonly number[] = [0.01, 0.03, 0.05];
export const PERSISTENCES: readonly number[] = [0, 0.5, 0.8, 0.9, 0.98];

export const CONDITIONS: readonly Condition[] = LENGTHS.flatMap((length) =>
  NOISES.flatMap((noise) => PERSISTENCES.map((persistence) => ({ length, noise, persistence }))),
);

export function conditionKey({ length, noise, persistence }: Condition): string {
  return `${length.name} ${noise} ${persistence}`;
}
