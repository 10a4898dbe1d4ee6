import { readFileSync } from 'node:fs';
import { gatlingLog } from '../helpers/gatling-log.ts';
import { encode } from './mutate-bytes.ts';

const T = Date.parse('2026-03-01T10:00:00Z');
const TREND = { avg: 5, min: 1, med: 4, max: 90, 'p(90)': 9, 'p(95)': 12, 'p(99)': 40 };

const fixture = (name: string): Uint8Array => readFileSync(`test/fixtures/load-results/${name}`);
const point = (seconds: number, value: number, tags: object): string =>
  JSON.stringify({
    metric: 'http_req_duration',
    type: 'Point',
    data: { time: new Date(T + seconds * 1000).toISOString(), value, tags },
  });

/** A small file of each load tool, by the name of the reader that is fuzzed with it. */
export const RESULT_SEEDS: Readonly<Record<string, () => Uint8Array>> = {
  'k6-json': () =>
    encode(
      [
        '{"type":"Metric","data":{"name":"http_reqs","type":"counter"},"metric":"http_reqs"}',
        point(0, 12.5, { expected_response: 'true', method: 'GET', name: 'home', status: '200', url: 'http://h/' }),
        point(1, 3, { expected_response: 'false', method: 'POST', name: 'http://h/items/17', status: '503' }),
        point(2, 0, { expected_response: 'false', error_code: '1212', name: 'home', status: '0' }),
        `{"metric":"dropped_iterations","type":"Point","data":{"time":"2026-03-01T10:00:02Z","value":4,"tags":{}}}`,
        '',
      ].join('\n'),
    ),
  'k6-csv': () =>
    encode(`metric_name,timestamp,metric_value,error_code,expected_response,method,name,status,url,extra_tags
http_reqs,1772359200,1.000000,,true,GET,home,200,http://h/,
http_req_duration,1772359200,7.250000,,true,GET,home,200,http://h/,
http_req_duration,1772359201,9,,false,GET,home,500,http://h/,"a=1,b=2"
dropped_iterations,1772359202,3,,,,,,,
`),
  'k6-summary': () =>
    encode(
      JSON.stringify({
        state: { testRunDurationMs: 10_000 },
        metrics: {
          http_req_duration: { type: 'trend', values: TREND },
          http_reqs: { type: 'counter', values: { count: 1000, rate: 100 } },
          http_req_failed: { type: 'rate', values: { rate: 0.02, passes: 20, fails: 980 } },
          'http_req_duration{name:home}': { type: 'trend', values: TREND },
          'http_reqs{name:home}': { type: 'counter', values: { count: 600, rate: 60 } },
        },
      }),
    ),
  'locust-stats': () => fixture('locust-2.12_stats.csv'),
  'locust-history': () => fixture('locust-2.12_stats_history.csv'),
  'jmeter-csv': () =>
    encode(`timeStamp,elapsed,label,responseCode,responseMessage,threadName,dataType,success,failureMessage,bytes
${T},12,home,200,OK,Users 1-1,text,true,,310
${T + 100},30,"buy, ""now""",500,Internal Server Error,Users 1-1,text,false,"Test failed: code
expected to be 200",310
${T + 200},5,home,Non HTTP response code: java.net.ConnectException,refused,Users 1-2,text,false,,0
`),
  'jmeter-xml': () =>
    encode(`<?xml version="1.0" encoding="UTF-8"?>
<testResults version="1.2">
<httpSample t="12" it="0" ts="${T}" s="true" lb="home" rc="200" rm="OK"/>
<httpSample t="30" ts="${T + 100}" s="false" lb="buy, &quot;now&quot;" rc="500" rm="Internal > Error">
  <assertionResult><failureMessage>a &lt; b</failureMessage></assertionResult>
  <responseData class="java.lang.String"><![CDATA[<httpSample t="1" ts="1" lb="no">]]></responseData>
</httpSample>
<!-- <httpSample t="1" ts="1" lb="no"/> -->
<sample t="60" ts="${T}" s="true" lb="visit" rm="Number of samples in transaction : 1">
  <httpSample t="5" ts="${T + 200}" s="false" lb="home" rc="x"/>
</sample>
</testResults>
`),
  'gatling-text': () =>
    encode(
      `RUN\tOrders\torders\t${T}\t \t3.11.5\nUSER\tusers\tSTART\t${T}\nREQUEST\tcart,pay\tbuy\t${T}\t${T + 30}\tKO\tstatus.find.in(200), but actually found 500\nREQUEST\t\thome\t${T}\t${T + 9}\tOK\t \n`,
    ),
  'gatling-binary': () =>
    gatlingLog(T, [
      { groups: [], name: 'home', start: 0, end: 12, ok: true, message: '' },
      { groups: ['cart', 'pay'], name: 'büy ☕', start: 100, end: 130, ok: false, message: 'but actually found 500' },
      { groups: ['cart', 'pay'], name: 'büy ☕', start: 200, end: 205, ok: false, message: 'j.n.ConnectException: no' },
    ]),
  'vegeta-json': () =>
    encode(
      [200, 0, 503]
        .map((code, seq) =>
          JSON.stringify({
            attack: '',
            seq,
            code,
            timestamp: new Date(T + seq * 1000).toISOString(),
            latency: 12_500_000,
            error: code === 0 ? 'Get: dial tcp: connection refused' : '',
            method: 'GET',
            url: 'http://h/items/3',
          }),
        )
        .join('\n'),
    ),
  'vegeta-csv': () =>
    encode(
      `${T}000000,200,12500000,0,5,,aGk=,,0,GET,http://h/items/3,\n${T + 1000}000000,0,1000000,0,0,"Get: dial tcp: refused",,,1,GET,http://h/,\n`,
    ),
  'vegeta-report': () =>
    encode(
      JSON.stringify({
        latencies: { total: 1e10, mean: 5e6, '50th': 4e6, '90th': 9e6, '95th': 12e6, '99th': 40e6, max: 9e7, min: 1e6 },
        earliest: '2026-03-01T10:00:00Z',
        duration: 1e10,
        requests: 1000,
        status_codes: { 0: 2, 200: 990, 500: 8 },
      }),
    ),
  autocannon: () => fixture('autocannon-9.json'),
  artillery: () => fixture('artillery-2.0.21.json'),
};
