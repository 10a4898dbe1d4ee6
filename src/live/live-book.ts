import type { MetricName } from '../model/metric-catalogue.ts';
import type { RequestInterval } from '../model/requests.ts';
import { PROBE_NAME } from '../model/requests.ts';
import type { ClassCount, PhaseName } from '../model/run-event.ts';
import type { Sample } from '../model/sample.ts';
import type { Milliseconds, WallMs } from '../model/units.ts';
import { judgeTrend } from '../stats/judge-trend.ts';
import { Latencies } from '../stats/latencies.ts';
import type { Point } from '../stats/point.ts';
import { timeToLimit } from '../stats/time-to-limit.ts';
import { measureTrend } from '../stats/trend.ts';
import type { LiveEvent, LiveGrowth, LivePhase, LiveState, LiveSuspect, SeriesName } from './live-state.ts';
import { Series } from './series.ts';

const MOST_EVENTS = 200;
const MOST_POINTS = 120;
const MOST_SUSPECTS = 5;
/** To measure a trend takes some 20 ms: every half a minute that is less than a thousandth of a core. */
const MEASURED_EVERY_MS = 30_000;
const HOUR_MS = 3_600_000;
/** What the engine calls so is no class of the program. */
const OF_THE_ENGINE = /^[(]/;
/** These say less than a class of the program, so they come after it, whatever their size. */
const GENERAL = new Set([
  'Object',
  'Array',
  'Function',
  'Map',
  'Set',
  'Promise',
  'Uint8Array',
  'ArrayBuffer',
  'Buffer',
]);

/** What a live view keeps of the readings of a service, in bounded memory. */
export class LiveBook {
  readonly #series: Record<SeriesName, Series> = {
    live: new Series(),
    rss: new Series(),
    cpu: new Series(),
    loop: new Series(),
    requests: new Series(),
    latency: new Series(),
  };
  #values: Readonly<Partial<Record<MetricName, number>>> = {};
  #before: Pick<Sample, 'monoMs' | 'segment' | 'values'> | null = null;
  #requestsPerSecond: number | null = null;
  #latencyMs: number | null = null;
  #latencyOf: 'p99' | 'mean' = 'mean';
  #live: Point[] = [];
  #segment = 0;
  #growth: LiveGrowth = { kind: 'unknown' };
  #hasNewPoint = false;
  #measuredAtMs = Number.NEGATIVE_INFINITY;
  #events: LiveEvent[] = [];
  #suspects: readonly LiveSuspect[] = [];
  #explained: ReadonlyMap<string, string> = new Map();
  #baseline: { readonly classes: readonly ClassCount[]; readonly requests: number | null } | null = null;

  /** `isWarm`: of the heap, the warm-up does not count. */
  sample(sample: Pick<Sample, 'monoMs' | 'segment' | 'values'>, isWarm: boolean): void {
    const { values } = sample;
    this.#values = { ...this.#values, ...values };
    if (sample.segment !== this.#segment) this.#beginLife(sample.segment);
    this.#rates(sample);
    this.#series.requests.add(this.#requestsPerSecond);
    this.#series.latency.add(this.#latencyMs);
    this.#series.live.add(this.#values['heap.live']);
    this.#series.rss.add(values['process.rss']);
    this.#series.cpu.add(values['process.cpu']);
    this.#series.loop.add(values['loop.delay.p99']);
    const live = values['heap.live'];
    // Only samples that follow a collection have it.
    if (isWarm && live !== undefined) this.#collected({ x: sample.monoMs, y: live });
    if (this.#hasNewPoint && sample.monoMs - this.#measuredAtMs >= MEASURED_EVERY_MS) this.#measure(sample.monoMs);
    this.#before = sample;
  }

  /** Of a load of ours: latencies as its users have them. */
  requests(intervals: readonly RequestInterval[]): void {
    const latencies = new Latencies();
    for (const { name, intended } of intervals) if (name !== PROBE_NAME) latencies.add(intended);
    const p99 = latencies.atPercentile(99);
    if (p99 === null) return;
    this.#latencyOf = 'p99';
    this.#latencyMs = p99;
  }

  event(wallMs: WallMs, text: string): void {
    for (const line of text.split('\n')) this.#events.push({ wallMs, text: line });
    this.#events = this.#events.slice(-MOST_EVENTS);
  }

  /** Classes of the first count of a life, against those of the latest. */
  classCounts(classes: readonly ClassCount[], requests: number | null): void {
    if (this.#baseline === null) {
      this.#baseline = { classes, requests };
      return;
    }
    const before = new Map(this.#baseline.classes.map(({ class: name, count }) => [name, count]));
    const between = requests === null || this.#baseline.requests === null ? null : requests - this.#baseline.requests;
    this.suspects(
      classes.map(({ class: name, count }) => ({ name, objects: count - (before.get(name) ?? count), bytes: null })),
      between,
    );
  }

  /** Classes of which there is more; `requests` were answered meanwhile. */
  suspects(grown: readonly Omit<LiveSuspect, 'perRequest' | 'explained'>[], requests: number | null): void {
    this.#suspects = grown
      .filter(({ name, objects }) => objects > 0 && !OF_THE_ENGINE.test(name))
      .toSorted(
        (a, b) =>
          Number(GENERAL.has(a.name)) - Number(GENERAL.has(b.name)) || (b.bytes ?? b.objects) - (a.bytes ?? a.objects),
      )
      .slice(0, MOST_SUSPECTS)
      .map((one) => ({ ...one, perRequest: requests !== null && requests > 0 ? one.objects / requests : null }));
  }

  /** What a report has found out of classes, by their names. */
  explain(explained: ReadonlyMap<string, string>): void {
    this.#explained = explained;
  }

  /** What was read and concluded; where the run stands is added by whoever drives it. */
  get reading(): Pick<
    LiveState,
    'values' | 'requestsPerSecond' | 'latencyMs' | 'latencyOf' | 'series' | 'growth' | 'suspects' | 'events'
  > {
    const { live, rss, cpu, loop, requests, latency } = this.#series;
    return {
      values: this.#values,
      requestsPerSecond: this.#requestsPerSecond,
      latencyMs: this.#latencyMs,
      latencyOf: this.#latencyOf,
      series: {
        live: live.values,
        rss: rss.values,
        cpu: cpu.values,
        loop: loop.values,
        requests: requests.values,
        latency: latency.values,
      },
      growth: this.#growth,
      suspects: this.#suspects.map((suspect) => {
        const explained = this.#explained.get(suspect.name);
        return explained === undefined ? suspect : { ...suspect, explained };
      }),
      events: this.#events,
    };
  }

  /** Another process: what lived in the one before says nothing about this one. */
  #beginLife(segment: number): void {
    this.#segment = segment;
    this.#live = [];
    this.#growth = { kind: 'unknown' };
    this.#baseline = null;
    this.#suspects = [];
    this.#before = null;
  }

  #rates({ monoMs, values }: Pick<Sample, 'monoMs' | 'values'>): void {
    const before = this.#before;
    const served = values['requests.served'];
    const servedBefore = before?.values['requests.served'];
    if (!before || served === undefined || servedBefore === undefined || served < servedBefore) return;
    const answered = served - servedBefore;
    this.#requestsPerSecond = (1000 * answered) / Math.max(1, monoMs - before.monoMs);
    const sum = values['requests.latency.sum'];
    const sumBefore = before.values['requests.latency.sum'];
    if (this.#latencyOf === 'p99' || sum === undefined || sumBefore === undefined || answered === 0) return;
    this.#latencyMs = (sum - sumBefore) / answered;
  }

  #collected(point: Point): void {
    this.#live.push(point);
    this.#hasNewPoint = true;
    if (this.#live.length > MOST_POINTS) this.#live = this.#live.filter((_, index) => index % 2 === 1);
  }

  #measure(nowMs: Milliseconds): void {
    this.#measuredAtMs = nowMs;
    this.#hasNewPoint = false;
    const trend = measureTrend([this.#live], 1, { isCalm: true });
    if (trend === null) return;
    const kind = judgeTrend(trend, { p: trend.pRising });
    if (kind !== 'growing') {
      this.#growth = { kind };
      return;
    }
    const limit = this.#values['heap.limit'];
    const toLimit = limit === undefined ? null : timeToLimit(trend.latest, limit, trend).expected;
    const [bytesPerHour, low, high] = [trend.slope, trend.low, trend.high].map((slope) => slope * HOUR_MS) as [
      number,
      number,
      number,
    ];
    this.#growth = { kind, bytesPerHour, low, high, toLimitMs: toLimit };
  }
}

/** Phases in their order, with the time at which each ends as planned. */
export function phasesOf(
  plan: { readonly warmUpMs: Milliseconds; readonly steadyMs: Milliseconds; readonly idleTailMs: Milliseconds },
  now: { readonly phase: PhaseName; readonly wallMs: WallMs; readonly remainingMs: Milliseconds },
): readonly LivePhase[] {
  const lengths: readonly (readonly [PhaseName, Milliseconds])[] = [
    ['warm-up', plan.warmUpMs],
    ['baseline', 0],
    ['steady', plan.steadyMs],
    ...(plan.idleTailMs > 0 ? ([['idle-tail', plan.idleTailMs]] as const) : []),
  ];
  const at = lengths.findIndex(([name]) => name === now.phase);
  let after = lengths.reduce((sum, [, length]) => sum + length, 0);
  return lengths.map(([name, length], index) => {
    after -= length;
    const state = index < at ? 'done' : index === at ? 'now' : 'to come';
    return { name, state, endWallMs: now.wallMs + Math.max(0, now.remainingMs - after) } as const;
  });
}
