import { requestCounter } from '../../model/request-count.ts';
import type { Sample } from '../../model/sample.ts';
import type { CodeOfRun } from '../../model/script-code.ts';
import type { MonoMs } from '../../model/units.ts';

/** With fewer in between, what stands between two samples is a guess. */
const LEAST_SAMPLES = 2;

/** Answered while calls were counted, between samples in proportion to the time; null where nobody counted. */
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
  const [from, to] = [counted.startMonoMs, untilMonoMs].map((at) => valueAt(points, at));
  if (from === null || to === null || from === undefined || to === undefined) return null;
  return to > from ? to - from : null;
}

function valueAt(points: readonly { readonly monoMs: MonoMs; readonly value: number }[], at: MonoMs): number | null {
  const next = points.findIndex(({ monoMs }) => monoMs >= at);
  const [before, after] = [points[next - 1], points[next]];
  if (!before || !after) return null;
  const share = (at - before.monoMs) / Math.max(1, after.monoMs - before.monoMs);
  return before.value + share * (after.value - before.value);
}
