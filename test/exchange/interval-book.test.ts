import assert from 'node:assert/strict';
import { test } from 'node:test';
import { IntervalBook } from '../../src/exchange/interval-book.ts';
import { Latencies } from '../../src/stats/latencies.ts';
import { quantile } from '../../src/stats/order-statistics.ts';
import { seededRandom } from '../helpers/series.ts';

const T = 1_772_359_200_000;

function merged(book: IntervalBook): { readonly count: number; readonly latencies: Latencies } {
  const latencies = new Latencies();
  const lines = book.lines();
  for (const { encoded } of lines) latencies.add(encoded);
  return { count: lines.reduce((sum, { count }) => sum + count, 0), latencies };
}

test('percentiles of a book are those of the requests, in whatever order they come', () => {
  const random = seededRandom(3);
  const requests = Array.from({ length: 20_000 }, (_, i) => ({ at: T + i * 20, ms: 1 - 30 * Math.log(1 - random()) }));
  const shuffled = requests.toSorted(() => random() - 0.5);
  for (const order of [requests, shuffled]) {
    const book = new IntervalBook();
    for (const { at, ms } of order) book.add(at, at % 40 === 0 ? 'a' : 'b', ms, null);
    const { count, latencies } = merged(book);
    assert.equal(count, 20_000);
    for (const percentile of [50, 95, 99]) {
      const truth = quantile(
        requests.map(({ ms }) => ms),
        percentile / 100,
      );
      const measured = latencies.atPercentile(percentile) ?? 0;
      assert.ok(Math.abs(measured - truth) < 0.01 * truth, `p${percentile}: ${measured}, true ${truth}`);
    }
    const lines = book.lines();
    assert.equal(lines.length, 2 * 400);
    assert.ok(
      lines.every(({ index }, i) => i === 0 || index >= (lines[i - 1]?.index ?? 0)),
      'not in order of time',
    );
  }
});

test('a long load keeps its requests in fewer, longer intervals', () => {
  const book = new IntervalBook();
  const seconds = 60_000;
  for (let i = 0; i < seconds; i += 1) book.add(T + 1000 * i, 'a', 5, i % 100 === 0 ? 'status 500' : null);
  const lines = book.lines();
  assert.equal(book.widthMs, 8000);
  assert.ok(lines.length <= 10_000, `${lines.length}`);
  assert.equal(
    lines.reduce((sum, { count }) => sum + count, 0),
    seconds,
  );
  assert.equal(
    lines.reduce((sum, { errorKinds }) => sum + (errorKinds.get('status 500') ?? 0), 0),
    seconds / 100,
  );
});

test('names without end are taken together, and it is said', () => {
  const book = new IntervalBook();
  for (let i = 0; i < 1000; i += 1) book.add(T + i, `GET /x-${i}`, 5, `error ${i}`);
  const lines = book.lines();
  assert.equal(new Set(lines.map(({ name }) => name)).size, 201);
  assert.ok(book.hasLostNames);
  assert.ok(lines.every(({ errorKinds }) => errorKinds.size <= 41));
  assert.equal(
    lines.reduce((sum, { count }) => sum + count, 0),
    1000,
  );
});

test('percentiles that a tool gives come out as they went in', () => {
  const book = new IntervalBook();
  const quantiles = [
    [0, 1],
    [0.5, 4],
    [0.9, 9],
    [0.95, 12],
    [0.99, 40],
    [1, 90],
  ] as const;
  book.addSummary(
    {
      name: 'a',
      startWallMs: T,
      durationMs: 10_000,
      count: 1000,
      errors: 7,
      errorKinds: { 'status 500': 5 },
      quantiles,
    },
    T,
  );
  const { latencies } = merged(book);
  assert.equal(latencies.count, 1000);
  for (const [share, ms] of quantiles.slice(1, -1)) {
    const measured = latencies.atPercentile(100 * share) ?? 0;
    assert.ok(Math.abs(measured - ms) <= 0.01 * ms, `${share}: ${measured}`);
  }
  const [line] = book.lines();
  assert.deepEqual(
    [line?.errors, [...(line?.errorKinds ?? [])]],
    [
      7,
      [
        ['status 500', 5],
        ['failed', 2],
      ],
    ],
  );
  assert.equal(line?.untilMs, T + 10_000);
});
