// The performance of the reference service, in absolute figures: `npm run test:performance`. On a real PostgreSQL, where
// there is one. Not part of `npm test`, since what it measures depends on the machine.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { collectGarbage } from '../../src/capture/collect-garbage.ts';
import { createHostClock } from '../../src/capture/host-clock.ts';
import { measureRoundTrip } from '../../src/capture/measure-cost.ts';
import { runLoad } from '../../src/drive/run-load.ts';
import { readScenario } from '../../src/load/scenario-files.ts';
import type { LoadReport } from '../../src/model/load-report.ts';
import { formatBytes } from '../../src/model/units.ts';
import type { LoadOverrides } from '../../src/scenario/override-load.ts';
import { attach } from '../../src/target/attach.ts';
import { findTarget } from '../../src/target/find-target.ts';
import { expectNoLeak, expectSlo, soak } from '../../src/testing/index.ts';
import { skipIfMissing } from '../helpers/missing-part.ts';
import { findPostgres, type PostgresCluster, startPostgres } from '../helpers/postgres.ts';
import { type RunningService, spawnService } from '../helpers/spawn-service.ts';

const skip = skipIfMissing('PostgreSQL', findPostgres() !== null);
const SLO = 'src/demo/slo.yaml';
let cluster: PostgresCluster;
let service: RunningService;

before(async () => {
  if (skip !== false) return;
  cluster = await startPostgres();
  service = await spawnService('dist/src/demo/main.js', { env: { DATABASE_URL: cluster.url } });
  // What is compiled and opened on the first requests is no property of the service under load.
  await drive('normal', { durationMs: 5000 });
});
after(async () => {
  await service?.stop();
  await cluster?.stop();
});

async function drive(name: string, overrides: LoadOverrides): Promise<LoadReport> {
  const { report } = await runLoad({
    scenario: readScenario(name).scenario,
    baseUrl: service.baseUrl,
    overrides,
    workers: 1,
    watch: null,
    stop: new AbortController().signal,
    onStatus: () => {},
    say: () => {},
  });
  return report;
}

function failedGates({ gates, requests }: LoadReport): string {
  const failed = gates.filter(({ status }) => status === 'fail');
  return failed.length === 0 ? '' : JSON.stringify({ failed, requests }, null, 1);
}

test('response times of an ordinary day', { skip }, async (t) => {
  const report = await drive('normal', { durationMs: 20_000 });
  for (const { name, p50Ms, p95Ms, p99Ms } of report.requests) {
    t.diagnostic(`${name}: p50 ${p50Ms.toFixed(1)} ms, p95 ${p95Ms.toFixed(1)} ms, p99 ${p99Ms.toFixed(1)} ms`);
  }
  assert.equal(failedGates(report), '');
});

const RATES = { health: 1000, enroll: 100, 'lock-proof': 500, ledger: 50 };
for (const [name, rate] of Object.entries(RATES)) {
  test(`${rate} requests a second of ${name}`, { skip }, async (t) => {
    const { scenario } = readScenario('throughput');
    const stages = [{ level: rate, durationMs: 10_000, jump: true, tasks: { [name]: 1 } }];
    const { report } = await runLoad({
      scenario: { ...scenario, thresholds: [], load: { ...scenario.load, stages, durationMs: 10_000 } },
      baseUrl: service.baseUrl,
      overrides: {},
      workers: 1,
      watch: null,
      stop: new AbortController().signal,
      onStatus: () => {},
      say: () => {},
    });
    const answered = report.completed - report.requests.reduce((sum, { errors }) => sum + errors, 0);
    t.diagnostic(
      `${(answered / (report.durationMs / 1000)).toFixed(0)}/s answered, generator at ${report.generator.cpuPercent.toFixed(0)} % of a core`,
    );
    assert.equal(report.dropped, 0);
    assert.ok(answered / (report.durationMs / 1000) >= 0.95 * rate, JSON.stringify(report));
  });
}

test('memory grows by less than 10 MB over 5,000 requests', { skip }, async (t) => {
  const measure = measureRoundTrip(createHostClock());
  const attachment = await attach(findTarget({ pid: service.pid }));
  try {
    const heap = async (): Promise<number> => (await collectGarbage(attachment.session, measure)).value;
    const before = await heap();
    await drive('throughput', { ratePerSecond: 500, durationMs: 10_000 });
    const grown = (await heap()) - before;
    t.diagnostic(`heap ${formatBytes(before)}, grown by ${formatBytes(grown)}`);
    assert.ok(grown < 10e6, formatBytes(grown));
  } finally {
    await attachment.detach();
  }
});

test('a page of a ledger of 100,000 entries takes less than 100 ms in the database', { skip }, async (t) => {
  const client = new pg.Client({ connectionString: cluster.url });
  await client.connect();
  try {
    await client.query(`insert into ledger_entries (device_id, capture_id, digest, payload)
      select device_id, 'bulk-' || n, digest, payload
      from (select * from ledger_entries limit 1) as one, generate_series(1, 100000) as n`);
    const times: number[] = [];
    for (let i = 0; i < 100; i++) {
      const start = performance.now();
      await client.query(
        'select entry_id, device_id, capture_id, digest, recorded_at from ledger_entries order by entry_id desc limit 20 offset $1',
        [i * 20],
      );
      times.push(performance.now() - start);
    }
    times.sort((a, b) => a - b);
    t.diagnostic(`median ${times[50]?.toFixed(2)} ms, 99th ${times[98]?.toFixed(2)} ms`);
    assert.ok((times[98] ?? Number.POSITIVE_INFINITY) < 100, `${times[98]} ms`);
  } finally {
    await client.end();
  }
});

test('under 100 users nobody waits for the pool, and it stays below 50 connections', { skip }, async (t) => {
  const seen: { open: number; waiting: number }[] = [];
  const timer = setInterval(() => void readPool().then((pool) => seen.push(pool)), 250);
  await drive('normal', { durationMs: 10_000 });
  clearInterval(timer);
  const most = Math.max(...seen.map(({ open }) => open));
  const waited = seen.filter(({ waiting }) => waiting > 0).length / seen.length;
  t.diagnostic(
    `at most ${most} connections; somebody waited in ${(100 * waited).toFixed(0)} % of ${seen.length} looks`,
  );
  assert.ok(seen.length > 20 && most > 0 && most < 50, JSON.stringify(seen));
  assert.ok(waited < 0.05, JSON.stringify(seen));
});

async function readPool(): Promise<{ open: number; waiting: number }> {
  const text = await (await fetch(`${service.baseUrl}/metrics`)).text();
  const value = (name: string): number => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
  return { open: value('db_connections_total'), waiting: value('db_pool_waiting') };
}

test('a minute of soak: nothing leaks, the targets hold', { skip }, async () => {
  const result = await soak({ pid: service.pid, scenario: 'soak', url: service.baseUrl, users: 100, seconds: 60 });
  expectNoLeak(result);
  expectSlo(result, {
    health: ['p(50)<10ms', 'p(95)<50ms', 'p(99)<100ms'],
    'lock-proof': ['p(50)<50ms', 'p(95)<300ms', 'p(99)<500ms'],
    ledger: ['p(50)<200ms', 'p(95)<1s', 'p(99)<2s'],
    '*': ['errors<1%'],
    resources: ['cpu<80%', 'rss<512MB', 'disk<100MB/s', 'network<1Gbps'],
  });
  assert.ok(result.judge(SLO).length > 0);
});
