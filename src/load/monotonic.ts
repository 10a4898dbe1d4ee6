import type { MonoMs } from '../model/units.ts';

/** `performance.now` reads the same clock as `process.hrtime`, from another origin; reading it is cheaper. */
const [seconds, nanoseconds] = process.hrtime();
const ORIGIN_MS = seconds * 1000 + nanoseconds / 1e6 - performance.now();

/** Milliseconds of the host's monotonic clock, comparable between processes. */
export function monotonicMs(): MonoMs {
  return ORIGIN_MS + performance.now();
}
