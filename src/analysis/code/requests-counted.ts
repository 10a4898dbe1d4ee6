import { requestCounter } from '../../model/request-count.ts';
import type { Sample } from '../../model/sample.ts';
import type { CodeOfRun } from '../../model/script-code.ts';
import type { MonoMs } from '../../model/units.ts';

/** With fewer in between, what is between two samples is a guess. */
const LEAST_SAMPLES = 2;

/** Answered while calls were counted, between samples in proportion to the time; null if not counted. */
export function requestsCounted(counted: CodeOfRun['counted'], samples: readonly Sample[]): number | null {
  if (!counted) return null;
  const name = requestCounter(samples);
  const points = samples.flatMap(({ monoMs, values }) => {
    const value = values[name];
    return value === undefined ? [] : [{ monoMs, value }];
  });
  const untilMonoMs = counted.startMonoMs + counted.durationMs;
  const inside = points.filter(({ monoMs }) => monoMs >= counted.startMonoMs && monoMs <= untilMonoMs);
  if (inside.length < LEAST_SAMPLES) return null;
  if (isUneven(points, counted.startMonoMs, untilMonoMs)) return null;
  const [from, to] = [counted.startMonoMs, untilMonoMs].map((at) => valueAt(points, at));
  if (from === null || to === null || from === undefined || to === undefined) return null;
  return to > from ? to - from : null;
}

/**
 * From the slowest to the fastest time between two samples: beyond that, a wave or a rest of the load begins or ends here.
 */
const LEAST_RATE_SHARE = 1 / 3;
/** Of fewer requests between two samples, the rate is chance. */
const LEAST_REQUESTS = 10;

/**
 * The samples before, inside and after are of different rates: what came before the first of them, or after the last, is a
 * guess.
 */
function isUneven(points: readonly Point[], startMonoMs: MonoMs, untilMonoMs: MonoMs): boolean {
  const gains = points.slice(1).flatMap(({ monoMs, value }, i) => {
    const before = points[i]!;
    if (monoMs <= startMonoMs || before.monoMs >= untilMonoMs) return [];
    const requests = value - before.value;
    return [{ requests, rate: requests / Math.max(1, monoMs - before.monoMs) }];
  });
  const rates = gains.map(({ rate }) => rate);
  const most = Math.max(...gains.map(({ requests }) => requests));
  return most >= LEAST_REQUESTS && Math.min(...rates) < LEAST_RATE_SHARE * Math.max(...rates);
}

interface Point {
  readonly monoMs: MonoMs;
  readonly value: number;
}

function valueAt(points: readonly Point[], at: MonoMs): number | null {
  const next = points.findIndex(({ monoMs }) => monoMs >= at);
  const [before, after] = [points[next - 1], points[next]];
  if (!before || !after) return null;
  const share = (at - before.monoMs) / Math.max(1, after.monoMs - before.monoMs);
  return before.value + share * (after.value - before.value);
}
