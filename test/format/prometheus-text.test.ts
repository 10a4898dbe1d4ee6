import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { Counter, Gauge, Histogram, Registry, Summary } from 'prom-client';
import { type MetricFamily, PrometheusTextError, parsePrometheusText } from '../../src/format/prometheus-text.ts';

/** The example of prometheus.io/docs/instrumenting/exposition_formats, word for word. */
const SPECIFICATION = String.raw`# HELP http_requests_total The total number of HTTP requests.
# TYPE http_requests_total counter
http_requests_total{method="post",code="200"} 1027 1395066363000
http_requests_total{method="post",code="400"}    3 1395066363000

# Escaping in label values:
msdos_file_access_time_seconds{path="C:\\DIR\\FILE.TXT",error="Cannot find file:\n\"FILE.TXT\""} 1.458255915e9

# Minimalistic line:
metric_without_timestamp_and_labels 12.47

# A weird metric from before the epoch:
something_weird{problem="division by zero"} +Inf -3982045

# A histogram, which has a pretty complex representation in the text format:
# HELP http_request_duration_seconds A histogram of the request duration.
# TYPE http_request_duration_seconds histogram
http_request_duration_seconds_bucket{le="0.05"} 24054
http_request_duration_seconds_bucket{le="+Inf"} 144320
http_request_duration_seconds_sum 53423
http_request_duration_seconds_count 144320

# Finally a summary, which has a complex representation, too:
# HELP rpc_duration_seconds A summary of the RPC duration in seconds.
# TYPE rpc_duration_seconds summary
rpc_duration_seconds{quantile="0.01"} 3102
rpc_duration_seconds_sum 1.7560473e+07
rpc_duration_seconds_count 2693
`;

function familyOf(families: readonly MetricFamily[], name: string): MetricFamily {
  const family = families.find((one) => one.name === name);
  assert.ok(family, `no ${name}`);
  return family;
}

describe("Prometheus' text format", () => {
  test('the example of its specification', () => {
    const families = parsePrometheusText(SPECIFICATION);
    assert.deepEqual(
      families.map(({ name, type, samples }) => [name, type, samples.length]),
      [
        ['http_requests_total', 'counter', 2],
        ['msdos_file_access_time_seconds', 'unknown', 1],
        ['metric_without_timestamp_and_labels', 'unknown', 1],
        ['something_weird', 'unknown', 1],
        ['http_request_duration_seconds', 'histogram', 4],
        ['rpc_duration_seconds', 'summary', 3],
      ],
    );
    const [access] = familyOf(families, 'msdos_file_access_time_seconds').samples;
    assert.deepEqual(access, {
      name: 'msdos_file_access_time_seconds',
      labels: { path: 'C:\\DIR\\FILE.TXT', error: 'Cannot find file:\n"FILE.TXT"' },
      value: 1458255915,
    });
    assert.equal(familyOf(families, 'something_weird').samples[0]?.value, Number.POSITIVE_INFINITY);
    assert.equal(familyOf(families, 'http_requests_total').help, 'The total number of HTTP requests.');
  });

  test('OpenMetrics: exemplars, units, info, quoted names, and nothing after the end', () => {
    const families = parsePrometheusText(
      [
        '# TYPE hits counter',
        '# UNIT hits requests',
        'hits_total{le="a # b"} 17.0 1520879607.789 # {trace_id="KOO5S4vxi0o"} 0.67',
        'hits_created 1520430000.123',
        '# TYPE build info',
        'build_info{version="1"} 1',
        '# TYPE "queue.depth" gauge',
        '{"queue.depth","queue name"="mail"} NaN',
        '# EOF',
        'rest 1',
      ].join('\n'),
    );
    assert.deepEqual(
      families.map(({ name, type }) => [name, type]),
      [
        ['hits', 'counter'],
        ['build', 'info'],
        ['queue.depth', 'gauge'],
      ],
    );
    assert.deepEqual(familyOf(families, 'hits').samples[0], { name: 'hits_total', labels: { le: 'a # b' }, value: 17 });
    assert.deepEqual(familyOf(families, 'queue.depth').samples[0]?.labels, { 'queue name': 'mail' });
  });

  test('a text with one bad line is refused, with the line', () => {
    for (const line of [
      '<html>',
      'a{b=c} 1',
      'a{b="c" 1',
      'a',
      'a one',
      'a 1 2 3',
      '1a 2',
      '{} 1',
      'a{b="c"}',
      'a 0x1',
    ]) {
      assert.throws(
        () => parsePrometheusText(`good 1\n${line}\n`),
        (error) => error instanceof PrometheusTextError && error.message.startsWith('line 2 is no sample'),
        line,
      );
    }
  });

  test('reads back what prom-client writes', async () => {
    const registry = new Registry();
    const registers = [registry];
    const text = fc.string({ unit: 'grapheme' });
    await fc.assert(
      fc.asyncProperty(text, fc.double({ noNaN: true }), fc.nat(), async (label, value, count) => {
        registry.clear();
        new Gauge({ name: 'depth', help: 'a "help" with \\ and \n', labelNames: ['q'], registers }).set(
          { q: label },
          value,
        );
        new Counter({ name: 'sent_total', help: 'h', registers }).inc(count);
        new Histogram({ name: 'took_seconds', help: 'h', registers }).observe(0.2);
        new Summary({ name: 'size_bytes', help: 'h', registers }).observe(5);
        const families = parsePrometheusText(await registry.metrics());
        const { samples, type, help } = familyOf(families, 'depth');
        // JSON knows no negative zero, and neither does the text.
        assert.deepEqual(samples, [{ name: 'depth', labels: { q: label }, value: value === 0 ? 0 : value }]);
        assert.equal(type, 'gauge');
        assert.equal(help, 'a "help" with \\ and \n');
        assert.equal(familyOf(families, 'sent_total').samples[0]?.value, count);
        assert.equal(familyOf(families, 'took_seconds').type, 'histogram');
        assert.equal(familyOf(families, 'size_bytes').type, 'summary');
      }),
    );
  });
});
