import type { Growth } from '../model/finding.ts';
import type { MetricName } from '../model/metric-catalogue.ts';
import { perHour } from '../model/units.ts';
import { type TimeToLimit, timeToLimit } from '../stats/time-to-limit.ts';
import { MEMORY_LIMIT } from '../words/limits.ts';
import type { RunView } from './run-view.ts';
import { overOf, type TableEntry } from './trend-table.ts';

/** A rate of bytes, or of what is counted, with its interval; a millisecond. */
export interface Rate {
  readonly slope: number;
  readonly low: number;
  readonly high: number;
}

export type TowardsLimit = Pick<Growth, 'timeToLimitMs' | 'timeToLimitCI' | 'limit'>;

/** Nothing known of the future. */
export const NO_LIMIT: TowardsLimit = {
  timeToLimitMs: null,
  timeToLimitCI: [null, null],
};

/** How fast memory grows: the heap, and all that the process holds. In bytes per millisecond. */
export interface Pace {
  readonly heap: Rate;
  readonly memory: Rate;
}

/**
 * Memory grows into the limit that is met first: V8's (the heap only), that of the control group, or one on RSS that was
 * asked for. `where`: what lies outside the heap does not come nearer to V8's limit.
 */
export function memoryTimeToLimit(view: RunView, { heap, memory }: Pace, where: 'heap' | 'outside'): TowardsLimit {
  const rss = latest(view, 'process.rss');
  const rssThreshold = view.run.thresholds.find(
    ({ subject, metric, operator }) => subject === 'resources' && metric === 'rss' && operator.startsWith('<'),
  );
  const live = where === 'heap' ? (latest(view, 'heap.live') ?? latest(view, 'heap.used')) : null;
  const container = latest(view, 'cgroup.memory.limit');
  const ahead = [
    limitAhead(MEMORY_LIMIT.heap, live, latest(view, 'heap.limit'), heap),
    limitAhead(MEMORY_LIMIT.container, latest(view, 'cgroup.memory.current') ?? rss, container, memory),
    limitAhead(MEMORY_LIMIT.asked, rss, rssThreshold?.value ?? null, memory),
  ].filter((one) => one !== null);
  const first = ahead.reduce<LimitAhead | null>((a, b) => (a !== null && whenOf(a) <= whenOf(b) ? a : b), null);
  if (first === null) return NO_LIMIT;
  const { expected, soonest, latest: last } = first.time;
  return { timeToLimitMs: expected, timeToLimitCI: [soonest, last], limit: { name: first.name, bytes: first.bytes } };
}

/** When the limit of open descriptors is met, at this rate of all that is opened; nothing if either is not known. */
export function descriptorsTimeToLimit(view: RunView, pace: Rate): TowardsLimit & { readonly most: number | null } {
  const [level, most] = [latest(view, 'process.fds'), latest(view, 'process.fds.limit')];
  if (level === null || most === null) return { ...NO_LIMIT, most: null };
  const { expected, soonest, latest: last } = timeToLimit(level, most, pace);
  return { timeToLimitMs: expected, timeToLimitCI: [soonest, last], most };
}

function whenOf({ time }: LimitAhead): number {
  return time.expected ?? Number.POSITIVE_INFINITY;
}

/** Growth that a memory series alone shows, without counts of objects or requests. Slopes in bytes per millisecond. */
export function seriesGrowth(view: RunView, entry: TableEntry, where: 'heap' | 'outside'): Growth {
  const { trend: rate, axis, perRequest } = entry;
  return {
    bytesPerHour: perHour(rate.slope),
    bytesPerHourCI: [perHour(rate.low), perHour(rate.high)],
    bytesPerRequest: axis === 'requests' ? perRequest : null,
    objectsPerRequest: null,
    shareOfGrowth: null,
    over: overOf(entry),
    ...memoryTimeToLimit(view, { heap: rate, memory: rate }, where),
  };
}

interface LimitAhead {
  readonly name: string;
  readonly bytes: number;
  readonly time: TimeToLimit;
}

function limitAhead(name: string, level: number | null, bytes: number | null, pace: Rate): LimitAhead | null {
  return level === null || bytes === null ? null : { name, bytes, time: timeToLimit(level, bytes, pace) };
}

function latest({ run }: RunView, name: MetricName): number | null {
  return run.samples.findLast(({ values }) => values[name] !== undefined)?.values[name] ?? null;
}
