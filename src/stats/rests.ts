import type { Milliseconds, MonoMs } from '../model/units.ts';
import type { Rise } from './counters.ts';

/** Almost no request came from `fromMs` to `toMs`. */
export interface Rest {
  readonly fromMs: MonoMs;
  readonly toMs: MonoMs;
}

/** Traffic that rests is below this share of what is usual (health checks go on), traffic that goes on is above that. */
const RESTING_SHARE = 0.05;
const BUSY_SHARE = 0.5;
/** Natural logarithm of how much likelier rest must be than traffic: once in a thousand. */
const SURE = Math.log(1000);
const SHORTEST_MS: Milliseconds = 2_500;
/** Rests lower the mean rate in which they are looked for. */
const ROUNDS = 3;

/**
 * When traffic rested, at whatever rate it comes. The gains of a counter of requests are read as Poisson counts, and a sum
 * says how much likelier they are at a twentieth of the usual rate than at half of it:
 *
 *     w(interval) = (0.5 - 0.05) rate T - n ln(0.5 / 0.05)
 *
 * It climbs while nothing comes and falls by 2.3 with each request, so that health checks do not end a rest of a busy
 * service, and 5 requests per second need 3 s of silence, 2 a second 8 s (cumulative sum of Page 1954, with its start found
 * again once it is sure). A trough of a wave at 0.3 of the mean falls, so it is no rest.
 */
export function findRests(rises: readonly Rise[]): Rest[] {
  let rests = restsAt(rises, busiestPart(rises));
  for (let round = 1; round < ROUNDS; round += 1) {
    const between = rises.filter(({ atMs }) => !rests.some(({ fromMs, toMs }) => atMs > fromMs && atMs <= toMs));
    rests = restsAt(rises, rateOf(between));
  }
  return rests;
}

/** The mean of a whole run is low where half of it was a rest: the search begins with the busiest third. */
function busiestPart(rises: readonly Rise[]): number {
  const third = Math.ceil(rises.length / 3);
  return Math.max(0, ...[0, 1, 2].map((part) => rateOf(rises.slice(part * third, (part + 1) * third))));
}

/** A millisecond. */
function rateOf(rises: readonly Rise[]): number {
  const lastedMs = rises.reduce((sum, rise) => sum + rise.lastedMs, 0);
  return lastedMs > 0 ? rises.reduce((sum, { gained }) => sum + gained, 0) / lastedMs : 0;
}

function restsAt(rises: readonly Rise[], ratePerMs: number): Rest[] {
  if (ratePerMs <= 0) return [];
  const rests: Rest[] = [];
  let sum = 0;
  let best = 0;
  let fromMs: MonoMs = 0;
  let toMs: MonoMs = 0;
  const close = (): void => {
    if (best >= SURE && toMs - fromMs >= SHORTEST_MS) rests.push({ fromMs, toMs });
    sum = 0;
    best = 0;
  };
  for (const { atMs, lastedMs, gained } of rises) {
    const weight = (BUSY_SHARE - RESTING_SHARE) * ratePerMs * lastedMs - gained * Math.log(BUSY_SHARE / RESTING_SHARE);
    if (sum === 0) fromMs = atMs - lastedMs;
    sum += weight;
    if (sum > best) [best, toMs] = [sum, atMs];
    // What came since the highest point outweighs a rest: it ended there.
    if (sum <= 0 || best - sum >= SURE) close();
  }
  close();
  return rests;
}
