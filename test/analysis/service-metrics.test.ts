import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { analyse } from '../../src/analysis/analyse.ts';
import type { RunData } from '../../src/analysis/run-data.ts';
import { gaugeRole } from '../../src/analysis/scraped/name-role.ts';
import type { Checked, Report } from '../../src/model/report.ts';
import type { Scrape, ScrapedSeries } from '../../src/model/scrape.ts';
import { seededNormal } from '../helpers/series.ts';
import { syntheticRun } from '../helpers/synthetic-run.ts';

const SEEDS = [7, 21, 42, 63, 84, 105];
const MINUTES_3 = 180_000;

interface Metric {
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly kind: ScrapedSeries['kind'];
  /** At a second of the run; null where it is not exposed. */
  readonly at: (second: number, normal: () => number) => number | null;
}

interface Plan {
  readonly seed: number;
  readonly metrics: readonly Metric[];
  readonly durationMs?: number;
  readonly exposed?: (second: number) => number;
  readonly failing?: (second: number) => boolean;
  /** Requests answered until a second, in place of as many each second. */
  readonly served?: (second: number) => number;
}

function reportOf({
  seed,
  metrics,
  durationMs = MINUTES_3,
  exposed = () => 40,
  failing = () => false,
  served,
}: Plan): Report {
  return analyse(
    syntheticRun({
      seed,
      durationMs,
      ...(served ? { values: ({ tMs }) => ({ 'requests.served': Math.round(served(tMs / 1000)) }) } : {}),
      change: (run) => withMetrics(run),
    }),
  );

  function withMetrics(run: RunData): RunData {
    const normal = seededNormal(seed);
    const { startMonoMs, startWallMs } = run.manifest.clock;
    const scrapes = Array.from({ length: durationMs / 1000 + 1 }, (_, second): Scrape => {
      const values = metrics.flatMap(({ at }, index) => {
        const value = at(second, normal);
        return value === null ? [] : [[String(index), value] as const];
      });
      const moment = {
        wallMs: startWallMs + 1000 * second,
        monoMs: startMonoMs + 1000 * second,
        segment: 0,
        tookMs: 3,
      };
      return failing(second)
        ? { ...moment, exposed: null, values: {}, error: 'status 503' }
        : { ...moment, exposed: exposed(second), values: Object.fromEntries(values), error: null };
    });
    const series = metrics.map(({ name, labels = {}, kind }): ScrapedSeries => ({ name, labels, kind, help: '' }));
    const plan = { url: 'http://127.0.0.1:3000/metrics', intervalMs: 1000, series, leftOut: [] };
    return { ...run, manifest: { ...run.manifest, scrape: plan }, scraped: { plan, scrapes } };
  }
}

function checked(report: Report, name: string): Checked {
  const found = report.checked.find(({ check }) => check === name);
  assert.ok(found);
  return found;
}

function accusations(report: Report): string[] {
  return report.findings.map(({ kind, confidence, title }) => `${confidence} ${kind}: ${title}`);
}

const gauge = (name: string, at: Metric['at'], labels = {}): Metric => ({ name, labels, kind: 'gauge', at });
/** A counter whose rate at a second is given. */
function counter(name: string, rate: (second: number, normal: () => number) => number, labels = {}): Metric {
  let total = 0;
  return {
    name,
    labels,
    kind: 'counter',
    at: (second, normal) => {
      total += Math.max(0, Math.round(rate(second, normal)));
      return total;
    },
  };
}

describe('what the service says of itself', () => {
  test('a queue that grows on and on is a finding, with its labels', () => {
    for (const seed of SEEDS) {
      const depth = gauge('mail_queue_depth', (second, normal) => Math.max(0, 4 * second + 15 * normal()), {
        queue: 'mail',
      });
      const [finding, ...others] = reportOf({ seed, metrics: [depth] }).findings;
      assert.deepEqual(others, [], `seed ${seed}`);
      assert.equal(finding?.kind, 'throughput-degradation');
      assert.equal(finding?.confidence, 'likely');
      assert.match(
        finding?.title ?? '',
        /^What waits in `mail_queue_depth\{queue="mail"\}` rose from \d+ to \d+ entries/,
      );
    }
  });

  test('a cache that hits less and less is a finding, from a pair of counters, a label, or a gauge', () => {
    const share = (second: number): number => 0.95 - 0.004 * second;
    const shapes: readonly (readonly Metric[])[] = [
      [counter('cache_hits_total', (s) => 100 * share(s)), counter('cache_misses_total', (s) => 100 * (1 - share(s)))],
      [
        counter('lookups_total', (s) => 100 * share(s), { cache: 'a', result: 'hit' }),
        counter('lookups_total', (s) => 100 * (1 - share(s)), { cache: 'a', result: 'miss' }),
      ],
      [gauge('cache_hit_ratio', (second, normal) => share(second) + 0.02 * normal())],
      // Ever more keys share a cache of one size: the fall levels off near nothing.
      [gauge('cache_hit_ratio', (second, normal) => Math.max(0, 80 / (80 + 8 * second) + 0.02 * normal()))],
      // At once and for good.
      [gauge('cache_hit_ratio', (second, normal) => (second < 90 ? 0.9 : 0.4) + 0.02 * normal())],
    ];
    for (const metrics of shapes) {
      const [finding, ...others] = reportOf({ seed: 7, metrics }).findings;
      assert.deepEqual(others, []);
      assert.equal(finding?.kind, 'throughput-degradation', metrics[0]?.name);
      assert.match(finding?.title ?? '', /^The share of hits in `.*` fell from \d\d(\.\d)? to \d+(\.\d+)? %/);
    }
  });

  test('callers that wait for a pool, failures, times, and labels without end', () => {
    const cases: readonly [Plan['metrics'], string, Partial<Plan>][] = [
      [[gauge('db_pool_waiting', (second) => Math.max(0, second - 40))], 'pool-exhaustion', {}],
      [
        [
          counter('http_requests_total', (s) => 100 - s / 4, { status: '200' }),
          counter('http_requests_total', (s) => s / 4, { status: '500' }),
        ],
        'error-rate-degradation',
        {},
      ],
      [
        [counter('job_duration_seconds_sum', (s) => 10 + s, {}), counter('job_duration_seconds_count', () => 100, {})],
        'latency-degradation',
        {},
      ],
      [[gauge('anything', () => 1)], 'js-heap-leak', { exposed: (second) => 40 + 5 * second }],
    ];
    for (const [metrics, kind, more] of cases) {
      const report = reportOf({ seed: 21, metrics, ...more });
      assert.deepEqual(
        report.findings.map((finding) => finding.kind),
        [kind],
        accusations(report).join('\n'),
      );
    }
  });

  test('a queue that grows while more and more is asked of the service is possible, and says why', () => {
    const depth = gauge('mail_queue_depth', (second) => 4 * second);
    const [finding] = reportOf({ seed: 7, metrics: [depth], served: (second) => 50 * second + second ** 2 }).findings;
    assert.equal(finding?.confidence, 'possible');
    assert.match(finding?.against.join(' ') ?? '', /requests per second rose to [\d.]+ times as many/);
  });

  test('a healthy service is silent', () => {
    const healthy: readonly Metric[] = [
      gauge('mail_queue_depth', (_, normal) => Math.abs(8 * normal())),
      gauge('bounded_queue_size', (second) => Math.min(500, 20 * second)),
      gauge('drained_backlog', (second) => (second % 30) * 10),
      gauge('queue_limit', (second) => 100 + second),
      gauge('orders_stored', (second) => 10 * second),
      gauge('last_success_timestamp_seconds', (second) => 1.7e9 + second),
      gauge('cache_hit_ratio', (second) => 1 - Math.exp(-second / 20)),
      gauge('process_resident_memory_bytes', (second) => 5e7 + 1e5 * second),
      gauge('nodejs_eventloop_lag_seconds', (second) => 0.001 * second),
      counter('cache_hits_total', (_, normal) => 90 + 5 * normal()),
      counter('cache_misses_total', (_, normal) => 10 + 2 * normal()),
      counter('http_requests_total', (second) => 100 + second, { status: '200' }),
      counter('http_requests_total', (second) => (second % 60 === 7 ? 3 : 0), { status: '500' }),
      counter('errors_total', (second) => second / 10),
      counter('job_duration_seconds_sum', (second, normal) => (second < 20 ? 90 : 30 + 3 * normal())),
      counter('job_duration_seconds_count', () => 100),
    ];
    for (const seed of SEEDS) {
      for (const durationMs of [60_000, MINUTES_3]) {
        assert.deepEqual(accusations(reportOf({ seed, metrics: healthy, durationMs })), [], `seed ${seed}`);
      }
    }
  });

  test('what nobody can judge is told as a row: it grows, and that is all', () => {
    const report = reportOf({ seed: 7, metrics: [gauge('orders_stored', (second) => 100 + 10 * second)] });
    assert.match(checked(report, 'metrics of the service').detail, /`orders_stored` rises by \d+ a minute/);
    assert.equal(checked(report, 'metrics of the service').status, 'ok');
  });

  test('readings that failed are told with the coverage of the run, and are no values', () => {
    const depth = gauge('queue_depth', () => 3);
    const report = reportOf({ seed: 7, metrics: [depth], failing: (second) => second % 2 === 1 });
    for (const check of ['coverage', 'metrics of the service']) {
      assert.match(checked(report, check).detail, /90 readings failed \(49\.7 %; the last: status 503\)/);
    }
    const none = reportOf({ seed: 7, metrics: [depth], failing: () => true });
    assert.equal(checked(none, 'metrics of the service').status, 'insufficient-data');
    assert.match(checked(none, 'coverage').detail, /181 readings failed \(100 %/);
    assert.equal(checked(analyse(syntheticRun({ seed: 7 })), 'metrics of the service').status, 'insufficient-data');
  });

  test('a restart begins counters again and makes no rate of it', () => {
    const total: Metric = { name: 'sent_total', kind: 'counter', at: (second) => (second % 50) * 10 };
    assert.deepEqual(accusations(reportOf({ seed: 7, metrics: [total] })), []);
  });
});

test('the role of a gauge comes from words that mean one thing', () => {
  const roles: Readonly<Record<string, string>> = {
    queue_depth: 'backlog',
    jobQueueSize: 'backlog',
    bull_jobs_waiting: 'backlog',
    kafka_consumer_lag: 'backlog',
    http_requests_in_flight: 'backlog',
    queue_max_size: 'none',
    queue_oldest_timestamp_seconds: 'none',
    db_pool_waiting: 'pool-wait',
    pg_pool_pending_acquires: 'pool-wait',
    cache_hit_ratio: 'hit-rate',
    hit_rate: 'hit-rate',
    hits: 'none',
    db_connections_active: 'none',
    orders: 'none',
  };
  for (const [name, role] of Object.entries(roles)) assert.equal(gaugeRole(name), role, name);
});
