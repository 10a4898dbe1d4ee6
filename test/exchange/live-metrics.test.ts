import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { describe, test } from 'node:test';
import { build, encodeIntoCompressedBase64 } from 'hdr-histogram-js';
import { createLiveMetrics, type LiveMetrics } from '../../src/exchange/live-metrics.ts';
import { exportedMetric } from '../../src/exchange/metric-name.ts';
import { serveMetrics } from '../../src/exchange/serve-metrics.ts';
import { parsePrometheusText } from '../../src/format/prometheus-text.ts';
import { ProfilerError } from '../../src/model/errors.ts';
import { METRICS, type MetricName } from '../../src/model/metric-catalogue.ts';
import type { RequestInterval } from '../../src/model/requests.ts';
import { seriesText } from '../../src/model/scrape.ts';
import { skipIfMissing } from '../helpers/missing-part.ts';
import { findOnPath } from '../helpers/prometheus.ts';

const FACTS = { service: 'orders', nodeVersion: 'v22.1.0', toolVersion: '0.1.0', runId: 'r1', sampleMs: 1000 };
const ALL = Object.fromEntries((Object.keys(METRICS) as MetricName[]).map((name, i) => [name, 1000 * (i + 1)]));

class TestClock {
  nowMs = 5000;
  monoMs = (): number => this.nowMs;
  wallMs = (): number => this.nowMs;
}

function sampleAt(monoMs: number, values: Partial<Record<MetricName, number>>, segment = 0) {
  return { wallMs: monoMs, monoMs, segment, lateMs: 0, values };
}

async function valuesOf(metrics: LiveMetrics): Promise<Map<string, number>> {
  const families = parsePrometheusText((await metrics.read()).text);
  return new Map(families.flatMap(({ samples }) => samples.map((sample) => [seriesText(sample), sample.value])));
}

function interval(latencyMs: number): RequestInterval {
  const histogram = build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: 60e6,
    numberOfSignificantValueDigits: 3,
  });
  for (let i = 0; i < 100; i += 1) histogram.recordValue(1000 * latencyMs);
  const encoded = encodeIntoCompressedBase64(histogram);
  return {
    ...{ startMonoMs: 0, endMonoMs: 1000, name: 'list', count: 100, errors: 3, dropped: 0, late: 0, maxLateMs: 0 },
    ...{ errorKinds: {}, intended: encoded, service: encoded },
  };
}

describe('live figures for Prometheus', () => {
  test('base units, names by the rules, and no value for what was not read', async () => {
    const clock = new TestClock();
    const metrics = await createLiveMetrics(FACTS, clock);
    metrics.show(
      sampleAt(5000, { 'process.cpu': 42, 'heap.live': 7e6, 'gc.major.time': 1500, 'loop.utilization': 0.3 }),
    );
    const values = await valuesOf(metrics);
    assert.equal(values.get('profiler_process_cpu_ratio{service="orders"}'), 0.42);
    assert.equal(values.get('profiler_heap_live_bytes{service="orders"}'), 7e6);
    assert.equal(values.get('profiler_gc_major_time_seconds_total{service="orders"}'), 1.5);
    assert.equal(values.get('profiler_loop_utilization_ratio{service="orders"}'), 0.3);
    assert.equal(values.get('profiler_target_up{service="orders"}'), 1);
    assert.equal(values.get('profiler_run_info{run="r1",node="v22.1.0",version="0.1.0",service="orders"}'), 1);
    assert.ok(![...values.keys()].some((name) => name.startsWith('profiler_process_rss')));
  });

  test('no label holds a secret, whatever the service calls itself', async () => {
    const service = 'svc --token hunter2xyz postgres://app:hunter2xyz@db/x';
    const metrics = await createLiveMetrics({ ...FACTS, service, runId: service }, new TestClock());
    metrics.show(sampleAt(5000, ALL));
    metrics.requests([{ ...interval(20), name: '/a?token=hunter2xyz' }]);
    metrics.progress({ phase: 'soak', elapsedMs: 1, remainingMs: 1, samplesTaken: 1, gaps: 0 });
    const { text } = await metrics.read();
    assert.ok(
      !text.includes('hunter2xyz'),
      text.split('\n').find((line) => line.includes('hunter2xyz')),
    );
    assert.match(text, /^profiler_process_rss_bytes\{service="svc --token \[redacted\]/m);
  });

  test('a counter that began again with a new life of the service is shown as it is', async () => {
    const metrics = await createLiveMetrics(FACTS, new TestClock());
    metrics.show(sampleAt(5000, { 'requests.served': 900 }));
    metrics.show(sampleAt(5000, { 'requests.served': 4 }, 1));
    const values = await valuesOf(metrics);
    assert.equal(values.get('profiler_requests_served_total{service="orders"}'), 4);
    assert.equal(values.get('profiler_target_restarts{service="orders"}'), 1);
  });

  test('when samples stop, nothing is said of the service any more', async () => {
    const clock = new TestClock();
    const metrics = await createLiveMetrics(FACTS, clock);
    metrics.show(sampleAt(5000, ALL));
    metrics.requests([interval(20)]);
    clock.nowMs = 10_000;
    assert.ok((await valuesOf(metrics)).has('profiler_process_rss_bytes{service="orders"}'));
    clock.nowMs = 10_001;
    const values = await valuesOf(metrics);
    assert.equal(values.get('profiler_target_up{service="orders"}'), 0);
    assert.ok(![...values.keys()].some((name) => /process|heap|latency/.test(name)));
  });

  test('when the recording is over, the service is not said to be gone', async () => {
    const metrics = await createLiveMetrics(FACTS, new TestClock());
    metrics.show(sampleAt(5000, ALL));
    metrics.progress({ phase: 'steady', elapsedMs: 1, remainingMs: 1, samplesTaken: 1, gaps: 0 });
    metrics.end();
    const values = await valuesOf(metrics);
    assert.deepEqual(
      [...values.keys()],
      ['profiler_run_info{run="r1",node="v22.1.0",version="0.1.0",service="orders"}'],
    );
  });

  test('the load by request name: results add up, percentiles are those of the latest interval', async () => {
    const metrics = await createLiveMetrics(FACTS, new TestClock());
    metrics.show(sampleAt(5000, {}));
    metrics.requests([interval(20)]);
    metrics.requests([interval(50)]);
    const values = await valuesOf(metrics);
    assert.equal(values.get('profiler_load_results_total{request="list",result="ok",service="orders"}'), 194);
    assert.equal(values.get('profiler_load_results_total{request="list",result="error",service="orders"}'), 6);
    const p95 = values.get('profiler_load_latency_seconds{request="list",percentile="95",service="orders"}') ?? 0;
    assert.ok(Math.abs(p95 - 0.05) < 0.001, String(p95));
  });

  test('every metric of the catalogue has a name of its own', () => {
    const names = (Object.keys(METRICS) as MetricName[]).map((metric) => exportedMetric(metric).name);
    assert.equal(new Set(names).size, names.length);
    for (const name of names) assert.match(name, /^profiler_[a-z0-9_]+$/);
  });

  test('promtool has nothing to say against them', {
    skip: skipIfMissing('promtool (Debian: prometheus)', findOnPath('promtool') !== null),
  }, async () => {
    const metrics = await createLiveMetrics(FACTS, new TestClock());
    metrics.show(sampleAt(5000, ALL));
    metrics.progress({ phase: 'steady', elapsedMs: 1, remainingMs: 1, samplesTaken: 1, gaps: 0 });
    metrics.requests([interval(20)]);
    const { text } = await metrics.read();
    assert.equal(execFileSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' }), '');
  });
});

describe('serving them', () => {
  const read = async (): Promise<{ contentType: string; text: string }> => ({
    contentType: 'text/plain',
    text: 'a 1\n',
  });

  test('at /metrics and nowhere else, until it is closed', async () => {
    const server = await serveMetrics({ host: '127.0.0.1', port: 0 }, read);
    assert.equal(await (await fetch(server.url)).text(), 'a 1\n');
    assert.equal((await fetch(server.url.replace('/metrics', '/'))).status, 404);
    assert.equal((await fetch(server.url, { method: 'HEAD' })).status, 200);
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH']) {
      const answer = await fetch(server.url, { method, headers: { origin: 'http://evil.example' } });
      assert.equal(answer.status, 405, method);
      assert.equal(answer.headers.get('allow'), 'GET, HEAD');
    }
    const cross = await fetch(server.url, { headers: { origin: 'http://evil.example' } });
    assert.deepEqual(
      [...cross.headers.keys()].filter((name) => name.startsWith('access-control')),
      [],
    );
    await server.close();
    await assert.rejects(fetch(server.url));
  });

  test('under the names of this machine, and a foreign Host header only where it was allowed', async (t) => {
    const server = await serveMetrics({ host: '127.0.0.1', port: 0, allowedHosts: ['service', 'Prom.example'] }, read);
    t.after(() => server.close());
    const { port } = new URL(server.url);
    const own = ['localhost', `localhost:${port}`, `LOCALHOST:${port}`, `127.0.0.1:${port}`, `[::1]:${port}`, '[::1]'];
    for (const host of [...own, `service:${port}`, 'prom.example']) {
      const { status, body } = await ask(port, [`Host: ${host}`]);
      assert.equal(status, 200, host);
      assert.equal(body, 'a 1\n', host);
    }
    const foreign = [
      'evil.example',
      `evil.example:${port}`,
      'localhost.evil.example',
      'localhost6',
      '0.0.0.0',
      '10.0.0.1',
    ];
    for (const host of [
      ...foreign,
      '127.0.0.1.nip.io',
      '',
      'localhost:80:80',
      '[::1',
      'service.evil.example',
      'a@localhost',
    ]) {
      const { status, body } = await ask(port, [`Host: ${host}`]);
      assert.ok(status === 403 || status === 400, `${host}: ${status}`);
      if (status === 403) assert.match(body, /not served under this host name; --metrics-allow-host NAME allows it/);
      assert.ok(!body.includes('a 1'), host);
    }
    assert.equal((await ask(port, ['Host: localhost', 'Host: evil.example'])).body.includes('a 1'), false);
    assert.equal((await ask(port, [], '1.0')).status, 403);
  });

  test('no name at all is none that was allowed', async (t) => {
    const server = await serveMetrics({ host: '127.0.0.1', port: 0, allowedHosts: [''] }, read);
    t.after(() => server.close());
    const { port } = new URL(server.url);
    assert.equal((await ask(port, [], '1.0')).status, 403);
    assert.equal((await ask(port, ['Host: evil.example:1:2'])).body.includes('a 1'), false);
  });

  test('an address that was asked for is one by which it may be asked', async (t) => {
    const server = await serveMetrics({ host: '0.0.0.0', port: 0 }, read);
    t.after(() => server.close());
    const { port } = new URL(server.url);
    assert.equal((await ask(port, ['Host: 127.0.0.1'])).status, 200);
    assert.equal((await ask(port, ['Host: evil.example'])).status, 403);
  });

  test('a port that is taken is a usage error that says what to do', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    await assert.rejects(serveMetrics({ host: '127.0.0.1', port }, read), (error) => {
      assert.ok(error instanceof ProfilerError);
      assert.equal(error.exitCode, 2);
      assert.match(`${error.message} ${error.hint}`, /the port is in use.*--metrics-port/);
      return true;
    });
    other.close();
  });
});

/** As a browser would not let a page: with any Host header. */
async function ask(
  port: string,
  headers: readonly string[],
  version = '1.1',
): Promise<{ readonly status: number; readonly body: string }> {
  const socket = connect(Number(port), '127.0.0.1');
  socket.end([`GET /metrics HTTP/${version}`, ...headers, 'Connection: close', '', ''].join('\r\n'));
  let text = '';
  for await (const chunk of socket) text += String(chunk);
  const [head = '', body = ''] = text.split('\r\n\r\n');
  // A body in chunks: its lengths stand on lines of their own.
  return { status: Number(head.split(' ')[1]), body: body.replace(/^[\da-f]+\r\n|\r\n0?$/g, '') };
}
