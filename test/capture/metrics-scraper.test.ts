import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, type TestContext, test } from 'node:test';
import { MetricsScraper } from '../../src/capture/metrics-scraper.ts';
import { SeriesChoice } from '../../src/capture/series-choice.ts';
import { parsePrometheusText } from '../../src/format/prometheus-text.ts';
import { seriesText } from '../../src/model/scrape.ts';

async function serve(t: TestContext, listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}/metrics`;
}

describe('reading the metrics of a service', () => {
  test('asks for the text format, with the credentials of the address and without showing them', async (t) => {
    let seen: unknown;
    const address = await serve(t, (request, response) => {
      seen = [request.headers.authorization, request.headers.accept?.split(',')[0]];
      response.end('depth{queue="mail"} 7\n');
    });
    const scraper = new MetricsScraper(`http://me:s%40crit@${address}`, 2000);
    assert.equal((await scraper.read())[0]?.samples[0]?.value, 7);
    assert.deepEqual(seen, [`Basic ${btoa('me:s@crit')}`, 'text/plain;version=0.0.4']);
    assert.equal(scraper.url, `http://${address}`);
  });

  test('says what is wrong with an answer', async (t) => {
    const answers: readonly [RequestListener, RegExp][] = [
      [(_, response) => void response.writeHead(404).end('nothing here'), /^status 404$/],
      [(_, response) => void response.end('<!doctype html>\n<html>'), /^line 1 is no sample: "<!doctype html>"$/],
      [(_, response) => void response.end('# only words\n'), /^the response contains no metric$/],
      [(request) => void request.socket.destroy(), /ECONNRESET|UND_ERR_SOCKET/],
      [() => {}, /^no answer within 300 ms$/],
      [(_, response) => void response.end('a 1\n'.repeat(5_000_000)), /^the answer is longer than 16 MiB$/],
    ];
    for (const [listener, message] of answers) {
      const scraper = new MetricsScraper(
        `http://${await serve(t, listener)}`,
        String(message).includes('300') ? 300 : 10_000,
      );
      await assert.rejects(scraper.read(), ({ message: said }: Error) => message.test(said), String(message));
    }
    const gone = createServer().listen(0, '127.0.0.1');
    await once(gone, 'listening');
    const { port } = gone.address() as AddressInfo;
    await new Promise((resolve) => gone.close(resolve));
    await assert.rejects(new MetricsScraper(`http://127.0.0.1:${port}/`, 2000).read(), /^Error: ECONNREFUSED$/);
  });
});

describe('which series are kept', () => {
  const take = (choice: SeriesChoice, text: string): Record<string, number> => choice.take(parsePrometheusText(text));

  test('counters, gauges, sums and counts, quantiles; no buckets, no times of creation, no information', () => {
    const choice = new SeriesChoice();
    const values = take(
      choice,
      [
        '# TYPE sent_total counter',
        'sent_total 5',
        '# TYPE took_seconds histogram',
        'took_seconds_bucket{le="+Inf"} 3',
        'took_seconds_sum 1.5',
        'took_seconds_count 3',
        'took_seconds_created 1.7e9',
        '# TYPE wait_seconds summary',
        'wait_seconds{quantile="0.5"} 0.1',
        'wait_seconds_sum 9',
        'wait_seconds_count 3',
        'untyped_total 4',
        'untyped_level 3',
        'broken NaN',
        'app_info{version="1"} 1',
      ].join('\n'),
    );
    const kept = choice.series.map((series, index) => [seriesText(series), series.kind, values[index]]);
    assert.deepEqual(
      kept.toSorted((a, b) => String(a[0]).localeCompare(String(b[0]))),
      [
        ['sent_total', 'counter', 5],
        ['took_seconds_count', 'counter', 3],
        ['took_seconds_sum', 'counter', 1.5],
        ['untyped_level', 'gauge', 3],
        ['untyped_total', 'counter', 4],
        ['wait_seconds_count', 'counter', 3],
        ['wait_seconds_sum', 'counter', 9],
        ['wait_seconds{quantile="0.5"}', 'gauge', 0.1],
      ],
    );
    assert.deepEqual(choice.leftOut, []);
  });

  test('at most 20 of one metric and 200 in all, small metrics first, the runtime last; what is left out is counted', () => {
    const many = (name: string, count: number): string =>
      Array.from({ length: count }, (_, i) => `${name}{id="${i}"} ${i}`).join('\n');
    const text = [
      many('nodejs_handles', 5),
      many('by_user', 1000),
      ...Array.from({ length: 20 }, (_, i) => many(`m${i}`, 12)),
      'queue_depth 3',
    ].join('\n');
    const choice = new SeriesChoice();
    const values = take(choice, text);
    assert.equal(choice.series.length, 200);
    assert.equal(seriesText(choice.series[0]!), 'queue_depth');
    assert.equal(choice.series.filter(({ name }) => name.startsWith('nodejs_')).length, 0);
    assert.equal(Object.keys(values).length, 200);
    assert.equal(
      choice.leftOut.reduce((sum, { count }) => sum + count, 0),
      5 + 1000 + 240 + 1 - 200,
    );
    assert.deepEqual(
      choice.leftOut.find(({ metric }) => metric === 'by_user'),
      { metric: 'by_user', count: 1000 },
    );
    // What was kept stays kept under its number; there is no room for more.
    take(choice, `late 1\n${text}`);
    assert.equal(choice.series.length, 200);
    assert.equal(seriesText(choice.series[0]!), 'queue_depth');
  });

  test('a series that appears later is added', () => {
    const choice = new SeriesChoice();
    take(choice, 'a_total{status="200"} 1\n');
    const values = take(choice, 'a_total{status="500"} 7\na_total{status="200"} 2\n');
    assert.deepEqual(values, { 0: 2, 1: 7 });
  });
});
