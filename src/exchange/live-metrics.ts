import type { Counter, Gauge, Registry } from 'prom-client';
import type { Clock } from '../model/clock.ts';
import { METRICS, type MetricName } from '../model/metric-catalogue.ts';
import { printable } from '../model/printable.ts';
import type { RequestInterval } from '../model/requests.ts';
import type { Sample } from '../model/sample.ts';
import type { Milliseconds } from '../model/units.ts';
import { redactText } from '../redact/redact-text.ts';
import { Latencies } from '../stats/latencies.ts';
import { exportedMetric } from './metric-name.ts';

/** What all series of one run have in common. */
export interface LiveFacts {
  readonly service: string;
  readonly nodeVersion: string | null;
  readonly toolVersion: string;
  /** Null if nothing is recorded. */
  readonly runId: string | null;
  readonly sampleMs: Milliseconds;
}

/** The progress of a soak. */
export interface LiveProgress {
  readonly phase: string;
  readonly elapsedMs: Milliseconds;
  readonly remainingMs: Milliseconds;
  readonly samplesTaken: number;
  readonly gaps: number;
}

const PERCENTILES: readonly number[] = [50, 95, 99];
/** After this many intervals without a sample, nothing is reported about the service. */
const STALE_INTERVALS = 5;

/**
 * The latest sample of a run as Prometheus reads it. A value that could not be read is absent, and so are all when the
 * samples stop. prom-client is loaded here, late: a run that serves nothing does not pay for it.
 */
export async function createLiveMetrics(facts: LiveFacts, clock: Clock): Promise<LiveMetrics> {
  const prom = await import('prom-client');
  return new LiveMetrics(prom, facts, clock);
}

type PromClient = Pick<typeof import('prom-client'), 'Counter' | 'Gauge' | 'Registry'>;

export class LiveMetrics {
  readonly #registry: Registry;
  readonly #sampleMs: Milliseconds;
  readonly #own: { readonly service: string };
  readonly #clock: Clock;
  readonly #samples: readonly SampleMetric[];
  readonly #progress: Readonly<Record<'elapsed' | 'remaining' | 'samples' | 'gaps' | 'phase', Gauge>>;
  readonly #up: Gauge;
  readonly #restarts: Gauge;
  readonly #latency: Gauge;
  readonly #results: Counter;
  #latest: Sample | null = null;
  #hasEnded = false;

  constructor({ Registry, Gauge, Counter }: PromClient, facts: LiveFacts, clock: Clock) {
    this.#registry = new Registry();
    this.#own = { service: shown(facts.service) };
    this.#registry.setDefaultLabels(this.#own);
    this.#sampleMs = facts.sampleMs;
    this.#clock = clock;
    const registers = [this.#registry];
    // With a label a metric has no value before it is set; without one prom-client begins at 0.
    const gauge = (name: string, help: string, labelNames: readonly string[] = ['service']): Gauge =>
      new Gauge({ name: `profiler_${name}`, help, labelNames: [...labelNames], registers });
    this.#samples = (Object.keys(METRICS) as MetricName[]).map((metric) => {
      const { name, help, kind, factor } = exportedMetric(metric);
      const options = { name, help, labelNames: ['service'], registers };
      return {
        metric,
        factor,
        gauge: kind === 'gauge' ? new Gauge(options) : null,
        counter: kind === 'counter' ? new Counter(options) : null,
      };
    });
    this.#up = gauge('target_up', 'Whether the service was seen at the latest sample');
    this.#restarts = gauge('target_restarts', 'Lives of the service in this run after the first');
    this.#progress = {
      elapsed: gauge('run_elapsed_seconds', 'Time since the run began'),
      remaining: gauge('run_remaining_seconds', 'Planned time that is still to come'),
      samples: gauge('run_samples', 'Samples taken in this run'),
      gaps: gauge('run_gaps', 'Times in which no sample was taken'),
      phase: gauge('run_phase', '1 for the phase that the run is in', ['phase']),
    };
    this.#latency = gauge(
      'load_latency_seconds',
      'Latency of the latest interval, from the intended send time, without failed requests',
      ['request', 'percentile'],
    );
    this.#results = new Counter({
      name: 'profiler_load_results_total',
      help: 'Responses to the load by request name',
      labelNames: ['request', 'result'],
      registers,
    });
    gauge('run_info', 'The run that these figures belong to', ['run', 'node', 'version']).set(
      { run: shown(facts.runId ?? ''), node: facts.nodeVersion ?? '', version: facts.toolVersion },
      1,
    );
  }

  show(sample: Sample): void {
    this.#latest = sample;
    this.#setSample(sample.values);
    this.#restarts.set(this.#own, sample.segment);
  }

  progress({ phase, elapsedMs, remainingMs, samplesTaken, gaps }: LiveProgress): void {
    this.#progress.elapsed.set(this.#own, elapsedMs / 1000);
    this.#progress.remaining.set(this.#own, remainingMs / 1000);
    this.#progress.samples.set(this.#own, samplesTaken);
    this.#progress.gaps.set(this.#own, gaps);
    this.#progress.phase.reset();
    this.#progress.phase.set({ phase }, 1);
  }

  requests(intervals: readonly RequestInterval[]): void {
    this.#latency.reset();
    for (const { name: given, count, errors, intended } of intervals) {
      const name = shown(given);
      this.#results.inc({ request: name, result: 'ok' }, count - errors);
      this.#results.inc({ request: name, result: 'error' }, errors);
      const latencies = new Latencies();
      latencies.add(intended);
      for (const percentile of PERCENTILES) {
        const ms = latencies.atPercentile(percentile);
        if (ms !== null) this.#latency.set({ request: name, percentile: String(percentile) }, ms / 1000);
      }
    }
  }

  /** The service is no longer watched: that does not mean that it is gone. */
  end(): void {
    this.#hasEnded = true;
    this.#latest = null;
    for (const gauge of [this.#up, this.#restarts, ...Object.values(this.#progress)]) gauge.reset();
  }

  /** The text of /metrics, and its type. */
  async read(): Promise<{ readonly contentType: string; readonly text: string }> {
    const sample = this.#latest;
    const isFresh = sample !== null && this.#clock.monoMs() - sample.monoMs <= STALE_INTERVALS * this.#sampleMs;
    if (!isFresh) {
      this.#setSample({});
      this.#latency.reset();
    }
    const isSeen = isFresh && Object.keys(sample.values).some((name) => !name.startsWith('load.'));
    if (!this.#hasEnded) this.#up.set(this.#own, isSeen ? 1 : 0);
    return { contentType: this.#registry.contentType, text: await this.#registry.metrics() };
  }

  #setSample(values: Sample['values']): void {
    for (const { metric, factor, gauge, counter } of this.#samples) {
      const value = values[metric];
      gauge?.reset();
      counter?.reset();
      if (value === undefined || !Number.isFinite(value)) continue;
      gauge?.set(this.#own, value * factor);
      counter?.inc(this.#own, value * factor);
    }
  }
}

interface SampleMetric {
  readonly metric: MetricName;
  readonly factor: number;
  readonly gauge: Gauge | null;
  readonly counter: Counter | null;
}

/** A name as a label: people read these figures in a terminal too. */
function shown(name: string): string {
  return printable(redactText(name));
}
