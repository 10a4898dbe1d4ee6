import type { Growth } from '../model/finding.ts';
import type { MetricName } from '../model/metric-catalogue.ts';
import { timeToLimit } from '../stats/time-to-limit.ts';
import type { RunView } from './run-view.ts';
import { perHour } from './words.ts';

/** A rate of bytes, or of what is counted, with its interval; a millisecond. */
export interface Rate {
  readonly slope: number;
  readonly low: number;
  readonly high: number;
}

/** Nothing known of the future. */
export const NO_LIMIT: Pick<Growth, 'timeToLimitMs' | 'timeToLimitCI'> = {
  timeToLimitMs: null,
  timeToLimitCI: [null, null],
};

/** Memory grows into the nearest of: V8's heap limit (`heap` only), the control group's limit, a limit on RSS that was asked for. */
export function memoryTimeToLimit(
  view: RunView,
  rate: Rate,
  where: 'heap' | 'outside',
): Pick<Growth, 'timeToLimitMs' | 'timeToLimitCI'> {
  const rss = latest(view, 'process.rss');
  const rssThreshold = view.run.thresholds.find(
    ({ subject, metric, operator }) => subject === 'resources' && metric === 'rss' && operator.startsWith('<'),
  );
  const rooms = [
    where === 'heap' ? room(latest(view, 'heap.live') ?? latest(view, 'heap.used'), latest(view, 'heap.limit')) : null,
    room(latest(view, 'cgroup.memory.current') ?? rss, latest(view, 'cgroup.memory.limit')),
    room(rss, rssThreshold?.value ?? null),
  ].filter((bytes) => bytes !== null);
  if (rooms.length === 0) return NO_LIMIT;
  const { expected, soonest, latest: last } = timeToLimit(0, Math.min(...rooms), rate);
  return { timeToLimitMs: expected, timeToLimitCI: [soonest, last] };
}

/** Growth that a series of memory shows by itself: nobody counted objects or requests. `rate` in bytes a millisecond. */
export function seriesGrowth(view: RunView, rate: Rate, where: 'heap' | 'outside'): Growth {
  return {
    bytesPerHour: perHour(rate.slope),
    bytesPerHourCI: [perHour(rate.low), perHour(rate.high)],
    bytesPerRequest: null,
    objectsPerRequest: null,
    shareOfGrowth: null,
    ...memoryTimeToLimit(view, rate, where),
  };
}

function room(level: number | null, limit: number | null): number | null {
  return level === null || limit === null ? null : Math.max(0, limit - level);
}

function latest({ run }: RunView, name: MetricName): number | null {
  return run.samples.findLast(({ values }) => values[name] !== undefined)?.values[name] ?? null;
}
