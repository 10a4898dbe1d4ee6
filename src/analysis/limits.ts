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

type TimeToLimit = Pick<Growth, 'timeToLimitMs' | 'timeToLimitCI' | 'limit'>;

/** Nothing known of the future. */
export const NO_LIMIT: TimeToLimit = {
  timeToLimitMs: null,
  timeToLimitCI: [null, null],
};

/** Memory grows into the nearest of: V8's heap limit (`heap` only), the control group's limit, a limit on RSS that was asked for. */
export function memoryTimeToLimit(view: RunView, rate: Rate, where: 'heap' | 'outside'): TimeToLimit {
  const rss = latest(view, 'process.rss');
  const rssThreshold = view.run.thresholds.find(
    ({ subject, metric, operator }) => subject === 'resources' && metric === 'rss' && operator.startsWith('<'),
  );
  const heap = where === 'heap' ? (latest(view, 'heap.live') ?? latest(view, 'heap.used')) : null;
  const limits = [
    limitAhead("V8's heap limit", heap, latest(view, 'heap.limit')),
    limitAhead(
      'memory limit of the container',
      latest(view, 'cgroup.memory.current') ?? rss,
      latest(view, 'cgroup.memory.limit'),
    ),
    limitAhead('limit on RSS that was asked for', rss, rssThreshold?.value ?? null),
  ].filter((limit) => limit !== null);
  const nearest = limits.reduce<LimitAhead | null>((a, b) => (a !== null && a.room <= b.room ? a : b), null);
  if (nearest === null) return NO_LIMIT;
  const { expected, soonest, latest: last } = timeToLimit(0, nearest.room, rate);
  const limit = { name: nearest.name, bytes: nearest.bytes };
  return { timeToLimitMs: expected, timeToLimitCI: [soonest, last], limit };
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

interface LimitAhead {
  readonly name: string;
  readonly bytes: number;
  /** What is left until then, in bytes. */
  readonly room: number;
}

function limitAhead(name: string, level: number | null, bytes: number | null): LimitAhead | null {
  return level === null || bytes === null ? null : { name, bytes, room: Math.max(0, bytes - level) };
}

function latest({ run }: RunView, name: MetricName): number | null {
  return run.samples.findLast(({ values }) => values[name] !== undefined)?.values[name] ?? null;
}
