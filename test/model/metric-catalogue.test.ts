import assert from 'node:assert/strict';
import { test } from 'node:test';
import { viewRun } from '../../src/analysis/run-view.ts';
import { TrendTable } from '../../src/analysis/trend-table.ts';
import { findingInfo } from '../../src/model/finding-catalogue.ts';
import {
  COMPARED_METRICS,
  METRIC_NAMES,
  METRICS,
  type MetricName,
  RESOURCE_LIMITS,
} from '../../src/model/metric-catalogue.ts';
import type { Sample } from '../../src/model/sample.ts';
import { parseThreshold } from '../../src/scenario/parse-threshold.ts';
import { chartSeries } from '../../src/study/document/chart-series.ts';
import { syntheticRun } from '../helpers/synthetic-run.ts';

/** Samples in which every metric has a value. */
function samplesOfAll(): Sample[] {
  return [0, 1, 2].map((i) => ({
    wallMs: 1000 * i,
    monoMs: 1000 * i,
    segment: 0,
    lateMs: 0,
    values: Object.fromEntries(METRIC_NAMES.map((name) => [name, 10 * i])),
  }));
}

test('a report draws each metric that the catalogue has a chart for, in the order of their places', () => {
  const places = METRIC_NAMES.flatMap((name) => METRICS[name].chart ?? []);
  assert.equal(new Set(places).size, places.length, 'two charts at one place');
  const drawn = chartSeries(samplesOfAll(), 0);
  const expected = METRIC_NAMES.filter((name) => METRICS[name].chart !== undefined).sort(
    (a, b) => (METRICS[a].chart ?? 0) - (METRICS[b].chart ?? 0),
  );
  assert.deepEqual(
    drawn.map(({ name }) => name),
    expected,
  );
  for (const { name, title, points } of drawn) {
    const isCounter = METRICS[name as MetricName].kind === 'counter';
    assert.equal(title.endsWith(', per second'), isCounter, name);
    assert.deepEqual(
      points.map(({ value }) => value),
      isCounter ? [10, 10] : [0, 10, 20],
    );
  }
});

test('each limit on a resource can be written, and metrics of one limit are measured alike', () => {
  for (const [name, { unit, measure, metrics }] of RESOURCE_LIMITS) {
    const values = {
      ms: '5ms',
      percent: '5%',
      bytes: '5MB',
      count: '5',
      'per-second': '5/s',
      'bytes-per-second': '5MB/s',
    };
    const limit = parseThreshold('resources', `${name}<${values[unit]}`);
    assert.equal(typeof limit === 'string' ? limit : limit.unit, unit);
    for (const metric of metrics) {
      assert.equal(METRICS[metric].limit?.unit, unit, metric);
      assert.equal(METRICS[metric].limit?.measure, measure, metric);
    }
    if (metrics.length > 1)
      assert.ok(
        metrics.some((metric) => METRICS[metric].limit?.join),
        `${name}: how are they joined?`,
      );
  }
});

test('a series that no check judges takes no place among the tested trends', () => {
  const trended = METRIC_NAMES.filter((name) => METRICS[name].trend?.family === 'other');
  assert.ok(!trended.includes('resources.sockets'));
  const { picture } = findingInfo('socket-leak');
  assert.equal(picture, 'resources.sockets', 'it is drawn all the same');
});

test('a name that is in no catalogue does not compile', () => {
  const trends = new TrendTable(viewRun(syntheticRun({ seed: 3 })));
  // @ts-expect-error a typo
  assert.equal(trends.judge('process.thread'), null);
  // @ts-expect-error recorded, but no trend is tested
  assert.equal(trends.judge('process.swap'), null);
});

test('baselines keep the names that stored ones have', () => {
  assert.deepEqual(COMPARED_METRICS.map(({ key }) => key).sort(), ['heap.live', 'loop.delay.p99', 'memory.rss']);
});
