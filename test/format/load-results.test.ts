import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { documentFormat } from '../../src/format/results/json-document.ts';
import type { ResultSummary } from '../../src/format/results/load-result.ts';
import { DOCUMENT_FORMATS } from '../../src/format/results/reports.ts';
import { resultHead, STREAMED_FORMATS } from '../../src/format/results/result-formats.ts';
import { nameOfUrl } from '../../src/model/request-name.ts';
import type { CrossedLimit } from '../../src/model/run-event.ts';
import { gatlingLog } from '../helpers/gatling-log.ts';

type Request = readonly [endWallMs: number, name: string, durationMs: number, error: string | null];

interface Read {
  readonly format: string;
  readonly requests: readonly Request[];
  readonly summaries: readonly ResultSummary[];
  readonly dropped: number;
  readonly damage: readonly string[];
  readonly lost: readonly string[];
  readonly verdicts: readonly string[];
  readonly notes: readonly string[];
  readonly crossed: readonly CrossedLimit[];
}

/** Recognises and reads a file whose bytes come in pieces of a size. */
function read(content: string | Uint8Array, pieceBytes: number = 1 << 20): Read {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  const requests: Request[] = [];
  const summaries: ResultSummary[] = [];
  const [damage, lost, verdicts, notes]: [string[], string[], string[], string[]] = [[], [], [], []];
  const crossed: CrossedLimit[] = [];
  let dropped = 0;
  let id = '';
  const documents = documentFormat(DOCUMENT_FORMATS, (format) => {
    id = format.id;
  });
  const format = [...STREAMED_FORMATS, documents].find(({ matches }) => matches(resultHead(bytes.subarray(0, 4096))));
  assert.ok(format, 'not recognised');
  id = format.id;
  const reader = format.open({
    request: (...request) => void requests.push(request),
    summary: (summary) => void summaries.push(summary),
    dropped: (_, count) => {
      dropped += count;
    },
    note: (text) => void notes.push(text),
    damage: (reason, times = 1) => void damage.push(...Array.from({ length: times }, () => reason)),
    lost: (reason) => void lost.push(reason),
    verdict: (text) => void verdicts.push(text),
    crossed: (limit) => void crossed.push(limit),
  });
  for (let at = 0; at < bytes.length; at += pieceBytes) reader.push(bytes.subarray(at, at + pieceBytes));
  reader.end();
  return { format: id, requests, summaries, dropped, damage, lost, verdicts, notes, crossed };
}

const T = Date.parse('2026-03-01T10:00:00Z');

// Hand-made after grafana/k6 internal/output/json and csv (v0.46 to v2): k6 is not to be had where this is tested.
const K6_JSON = [
  '{"type":"Metric","data":{"name":"http_reqs","type":"counter","contains":"default","thresholds":[],"submetrics":null},"metric":"http_reqs"}',
  '{"metric":"http_reqs","type":"Point","data":{"time":"2026-03-01T10:00:00.2Z","value":1,"tags":{"name":"home","status":"200"}}}',
  '{"metric":"http_req_duration","type":"Point","data":{"time":"2026-03-01T10:00:00.200000001Z","value":12.5,"tags":{"expected_response":"true","method":"GET","name":"home","status":"200","url":"http://h/"}}}',
  '{"metric":"http_req_duration","type":"Point","data":{"time":"2026-03-01T10:00:01Z","value":3,"tags":{"expected_response":"false","method":"POST","name":"http://h/items/17?a=1","status":"503","url":"http://h/items/17?a=1"}}}',
  '{"metric":"http_req_duration","type":"Point","data":{"time":"2026-03-01T12:00:02+02:00","value":0,"tags":{"expected_response":"false","error_code":"1212","method":"GET","name":"home","status":"0","url":"http://h/"}}}',
  '{"metric":"http_req_duration","type":"Point","data":{"time":"2026-03-01T10:00:03Z","value":1,"tags":{"name":"expected 404","expected_response":"true","status":"404"}}}',
  '{"metric":"dropped_iterations","type":"Point","data":{"time":"2026-03-01T10:00:02Z","value":4,"tags":{}}}',
  '{"metric":"http_req_duration","type":"Point","data":{"time":"2026-03-0',
].join('\n');

test('k6 samples as NDJSON: durations, what the script expects, dropped iterations, a torn last line', () => {
  const { format, requests, dropped, damage, lost } = read(K6_JSON);
  assert.equal(format, 'k6-json');
  assert.deepEqual(requests, [
    [T + 200, 'home', 12.5, null],
    [T + 1000, 'POST /items/{id}', 3, 'status 503'],
    [T + 2000, 'home', 0, 'k6 error 1212'],
    [T + 3000, 'expected 404', 1, null],
  ]);
  assert.equal(dropped, 4);
  assert.deepEqual([damage, lost], [[], ['the file ends in the middle of a line']]);
  assert.deepEqual(read(`${K6_JSON}\n`).damage, ['a line that is no JSON']);
});

test('k6 samples as CSV', () => {
  const { format, requests } = read(
    `metric_name,timestamp,metric_value,check,error,error_code,expected_response,group,method,name,proto,scenario,service,status,subproto,tls_version,url,extra_tags,metadata
http_reqs,1772359200,1.000000,,,,true,,GET,home,HTTP/1.1,default,,200,,,http://h/,,
http_req_duration,1772359200,7.250000,,,,true,,GET,home,HTTP/1.1,default,,200,,,http://h/,,
http_req_duration,1772359201,9,,,,false,,GET,home,HTTP/1.1,default,,500,,,http://h/,"a=1,b=2",
`,
  );
  assert.equal(format, 'k6-csv');
  assert.deepEqual(requests, [
    [T, 'home', 7.25, null],
    [T + 1000, 'home', 9, 'status 500'],
  ]);
});

// Hand-made after grafana/k6: --summary-export, handleSummary, and the machine-readable summary of 1.5.
const TREND = { avg: 5, min: 1, med: 4, max: 90, 'p(90)': 9, 'p(95)': 12, 'p(99)': 40 };
const K6_SUMMARIES = {
  'summary-export': {
    root_group: { name: '', path: '', id: '', groups: {}, checks: {} },
    metrics: {
      http_req_duration: TREND,
      http_reqs: { count: 1000, rate: 100 },
      http_req_failed: { passes: 20, fails: 980, value: 0.02 },
    },
  },
  handleSummary: {
    state: { testRunDurationMs: 10_000 },
    metrics: {
      http_req_duration: { type: 'trend', contains: 'time', values: TREND },
      http_reqs: { type: 'counter', contains: 'default', values: { count: 1000, rate: 100 } },
      http_req_failed: { type: 'rate', contains: 'default', values: { rate: 0.02, passes: 20, fails: 980 } },
      'http_req_duration{name:home}': { type: 'trend', contains: 'time', values: TREND },
      'http_reqs{name:home}': { type: 'counter', contains: 'default', values: { count: 600, rate: 60 } },
    },
  },
  'machine-readable': {
    version: '1.0.0',
    config: { duration: 10, execution: 'local', script: 'a.js' },
    metadata: { generatedAt: '2026-03-01T10:00:10Z', k6Version: '1.5.0' },
    results: {
      checks: {
        metrics: [
          { name: 'checks_total', type: 'counter', contains: 'default', values: { count: 1500 } },
          {
            name: 'checks_failed',
            type: 'rate',
            contains: 'default',
            values: { matches: 30, total: 1500, rate: 0.02 },
          },
        ],
        results: [
          { name: 'status is 200', passes: 980, fails: 20 },
          { name: 'body is JSON', passes: 490, fails: 10 },
        ],
      },
      metrics: [
        { name: 'http_req_duration', type: 'trend', contains: 'time', values: TREND },
        { name: 'http_reqs', type: 'counter', contains: 'default', values: { count: 1000 } },
        {
          name: 'http_req_failed',
          type: 'rate',
          contains: 'default',
          values: { matches: 20, total: 1000, rate: 0.02 },
        },
      ],
    },
  },
};

for (const [form, document] of Object.entries(K6_SUMMARIES)) {
  test(`k6 summary, ${form}`, () => {
    const { format, summaries } = read(JSON.stringify(document, null, 2));
    assert.equal(format, 'k6-summary');
    const [summary] = summaries;
    assert.equal(summary?.durationMs, 10_000);
    assert.deepEqual(summary?.quantiles.slice(-3), [
      [0.95, 12],
      [0.99, 40],
      [1, 90],
    ]);
    if (form === 'handleSummary') assert.deepEqual([summary?.name, summary?.count], ['home', 600]);
    else assert.deepEqual([summary?.name, summary?.count, summary?.errors], ['all requests', 1000, 20]);
    assert.equal(summary?.startWallMs, form === 'machine-readable' ? T : null);
  });
}

test('k6 summary: the thresholds that were crossed, in the two forms that have them', () => {
  const { 'summary-export': exported, handleSummary: handled } = K6_SUMMARIES;
  const duration = { 'p(95)<10': true, 'p(95)<50': false };
  const failed = { 'rate<0.01': true };
  const forms = [
    {
      ...exported,
      metrics: {
        ...exported.metrics,
        http_req_duration: { ...TREND, thresholds: duration },
        http_req_failed: { ...exported.metrics.http_req_failed, thresholds: failed },
      },
    },
    {
      ...handled,
      metrics: {
        ...handled.metrics,
        http_req_duration: {
          ...handled.metrics.http_req_duration,
          thresholds: { 'p(95)<10': { ok: false }, 'p(95)<50': { ok: true } },
        },
        http_req_failed: { ...handled.metrics.http_req_failed, thresholds: { 'rate<0.01': { ok: false } } },
      },
    },
  ];
  for (const form of forms) {
    assert.deepEqual(read(JSON.stringify(form)).crossed, [
      { name: 'k6 http_req_duration', limit: 'p(95)<10', measured: 12, unit: 'ms' },
      { name: 'k6 http_req_failed', limit: 'rate<0.01', measured: 0.02, unit: '' },
    ]);
  }
});

test('k6 summary, machine-readable: failed checks are told, and that it has no thresholds', () => {
  const { verdicts, notes, crossed } = read(JSON.stringify(K6_SUMMARIES['machine-readable']));
  assert.deepEqual(verdicts, ['k6: 30 of 1,500 checks failed']);
  assert.match(notes.join('\n'), /machine-readable summary of k6 has no thresholds/);
  assert.deepEqual(crossed, []);
  const failed = { ...K6_SUMMARIES['machine-readable'] };
  const told = read(JSON.stringify({ ...failed, results: { ...failed.results, passed: false } }));
  assert.deepEqual(told.crossed, [{ name: 'k6', limit: 'its thresholds', measured: null, unit: '' }]);
  const handled = read(JSON.stringify(K6_SUMMARIES.handleSummary));
  assert.doesNotMatch(handled.notes.join('\n'), /thresholds/);
});

test('Locust totals: real output of 2.12', () => {
  const { format, summaries } = read(readFileSync('test/fixtures/load-results/locust-2.12_stats.csv'));
  assert.equal(format, 'locust-stats');
  assert.deepEqual(
    summaries.map(({ name, startWallMs }) => [name, startWallMs]),
    [
      ['bad, "quoted"', null],
      ['slow', null],
    ],
  );
  const [bad] = summaries;
  assert.ok(bad && bad.errors > 0 && bad.errors < bad.count && bad.quantiles.at(-1)?.[0] === 1, JSON.stringify(bad));
});

test('Locust course over time: real output of 2.12; rows by name count once', () => {
  const { format, summaries, damage } = read(readFileSync('test/fixtures/load-results/locust-2.12_stats_history.csv'));
  assert.equal(format, 'locust-history');
  assert.deepEqual(damage, []);
  assert.deepEqual([...new Set(summaries.map(({ name }) => name))].toSorted(), ['bad, "quoted"', 'slow']);
  // As the last rows of the file have it.
  assert.equal(
    summaries.reduce((sum, { count }) => sum + count, 0),
    654,
  );
  assert.equal(
    summaries.reduce((sum, { errors }) => sum + errors, 0),
    48,
  );
});

test('Locust without --csv-full-history: the aggregated rows', () => {
  const lines = readFileSync('test/fixtures/load-results/locust-2.12_stats_history.csv', 'utf8').split('\n');
  const { summaries } = read(lines.filter((line) => !line.includes(',GET,')).join('\n'));
  assert.deepEqual([...new Set(summaries.map(({ name }) => name))], ['all requests']);
  assert.equal(
    summaries.reduce((sum, { count }) => sum + count, 0),
    654,
  );
});

// Hand-made after the default columns of JMeter 5.6 (saveservice): the JMeter of Debian does not start.
const JTL = `timeStamp,elapsed,label,responseCode,responseMessage,threadName,dataType,success,failureMessage,bytes,sentBytes,grpThreads,allThreads,URL,Latency,IdleTime,Connect
${T},12,home,200,OK,Users 1-1,text,true,,310,120,2,2,http://h/,12,0,1
${T + 100},30,"buy, ""now""",500,Internal Server Error,Users 1-1,text,false,"Test failed: code
expected to be 200",310,120,2,2,http://h/buy,30,0,0
${T + 200},5,home,Non HTTP response code: org.apache.http.conn.HttpHostConnectException,Non HTTP response message: refused,Users 1-2,text,false,,0,0,2,2,http://h/,0,0,5
${T + 300},8,home,200,OK,Users 1-2,text,false,Test failed: text expected to contain /x/,310,120,2,2,http://h/,8,0,0
${T},60,whole visit,200,"Number of samples in transaction : 2, number of failing samples : 0",Users 1-1,,true,,620,240,2,2,null,0,7,1
`;
const JTL_REQUESTS: readonly Request[] = [
  [T + 12, 'home', 12, null],
  [T + 130, 'buy, "now"', 30, 'status 500'],
  [T + 205, 'home', 5, 'HttpHostConnectException'],
  [T + 308, 'home', 8, 'expectation'],
];

test('JMeter CSV: with its head, without it, with other columns', () => {
  const whole = { format: 'jmeter-csv', requests: JTL_REQUESTS, summaries: [], dropped: 0 };
  assert.deepEqual(read(JTL), { ...whole, damage: [], lost: [], verdicts: [], notes: [], crossed: [] });
  assert.deepEqual(read(JTL.slice(JTL.indexOf('\n') + 1)).requests, JTL_REQUESTS);
  const few = `label,timeStamp,elapsed,responseCode\r\nhome,2026/03/01 10:00:00.000,12,404\r\n`;
  const [request] = read(few).requests;
  assert.deepEqual(request?.slice(1), ['home', 12, 'status 404']);
});

test('JMeter XML: redirects inside of a sample count with it, requests inside of a transaction by themselves', () => {
  const xml = `<?xml version="1.0" encoding="UTF-8"?>
<testResults version="1.2">
<httpSample t="12" it="0" lt="12" ct="1" ts="${T}" s="true" lb="home" rc="200" rm="OK" tn="Users 1-1" dt="text" by="310"/>
<httpSample t="30" ts="${T + 100}" s="false" lb="buy, &quot;now&quot;" rc="500" rm="Internal > Error" tn="Users 1-1">
  <assertionResult><name>expect</name><failure>true</failure><failureMessage>a &lt; b</failureMessage></assertionResult>
  <httpSample t="10" ts="${T + 100}" s="true" lb="redirect" rc="302" rm="Found"/>
  <responseData class="java.lang.String"><![CDATA[<httpSample t="1" ts="1" lb="no">]]></responseData>
</httpSample>
<!-- <httpSample t="1" ts="1" lb="no"/> -->
<sample t="60" ts="${T}" s="true" lb="whole visit" rc="200" rm="Number of samples in transaction : 1, number of failing samples : 0">
  <httpSample t="5" ts="${T + 200}" s="false" lb="home" rc="Non HTTP response code: org.apache.http.conn.HttpHostConnectException" rm="x"/>
</sample>
</testResults>
`;
  const whole = read(xml);
  assert.deepEqual(whole, {
    format: 'jmeter-xml',
    requests: JTL_REQUESTS.slice(0, 3),
    summaries: [],
    dropped: 0,
    damage: [],
    lost: [],
    verdicts: [],
    notes: [],
    crossed: [],
  });
  for (const end of ['tn="Users 1-1">', '</testResults>'])
    assert.deepEqual(read(xml.slice(0, xml.indexOf(end))).lost, ['the document is cut off'], end);
});

// Hand-made after LogFileDataWriter of gatling/gatling at 2.2, 3.0 and 3.4 to 3.12.
test('Gatling text: the columns of 2.x, 3.0 and 3.4', () => {
  const logs = [
    `RUN\tOrders\t\torders\t${T}\t \t2.0\nREQUEST\tusers\t1\tcart,pay\tbuy\t${T}\t${T + 30}\tKO\tstatus.find.in(200), but actually found 500\t\n`,
    `ASSERTION\tAAEC\nRUN\tOrders\torders\t${T}\t \t3.0.0\nREQUEST\t1\tcart,pay\tbuy\t${T}\t${T + 30}\tKO\tstatus.find.in(200), but actually found 500\n`,
    `RUN\tOrders\torders\t${T}\t \t3.11.5\nUSER\tusers\tSTART\t${T}\nREQUEST\tcart,pay\tbuy\t${T}\t${T + 30}\tKO\tstatus.find.in(200), but actually found 500\nGROUP\tcart,pay\t${T}\t${T + 30}\t30\tOK\n`,
  ];
  for (const log of logs) {
    const { format, requests } = read(log);
    assert.equal(format, 'gatling-text');
    assert.deepEqual(requests, [[T + 30, 'cart / pay / buy', 30, 'status 500']]);
  }
});

// Written after the reader of gatling/gatling (LogFileReader, 3.13 and later).
test('Gatling binary: cached texts, Latin-1 and UTF-16, groups, assertions, a log that is cut off', () => {
  const log = gatlingLog(T, [
    { groups: [], name: 'home', start: 0, end: 12, ok: true, message: '' },
    {
      groups: ['cart', 'pay'],
      name: 'büy ☕',
      start: 100,
      end: 130,
      ok: false,
      message: 'status.find.is(200), but actually found 500',
    },
    {
      groups: ['cart', 'pay'],
      name: 'büy ☕',
      start: 200,
      end: 205,
      ok: false,
      message: 'j.n.ConnectException: Connection refused',
    },
    { groups: [], name: 'home', start: 300, end: 307, ok: true, message: '' },
  ]);
  const { format, requests, damage } = read(log);
  assert.equal(format, 'gatling-binary');
  assert.deepEqual(requests, [
    [T + 12, 'home', 12, null],
    [T + 130, 'cart / pay / büy ☕', 30, 'status 500'],
    [T + 205, 'cart / pay / büy ☕', 5, 'ConnectException'],
    [T + 307, 'home', 7, null],
  ]);
  assert.deepEqual(damage, []);
  const cut = read(log.subarray(0, log.length - 3));
  assert.equal(cut.requests.length, 3);
  assert.deepEqual(cut.lost, ['the last record is cut off']);
});

test('autocannon: real output of 9.0', () => {
  const { format, summaries } = read(readFileSync('test/fixtures/load-results/autocannon-9.json'));
  assert.equal(format, 'autocannon');
  const [summary] = summaries;
  assert.deepEqual(
    [summary?.name, summary?.count, summary?.errors, summary?.errorKinds],
    ['/bad', 13_539, 4514, { 'status 500': 4514 }],
  );
  assert.ok(summary?.quantiles.some(([share, ms]) => share === 0.975 && ms === 5));
});

test('Artillery: real output of 2.0.21, by endpoint, a summary each ten seconds', () => {
  const { format, summaries } = read(readFileSync('test/fixtures/load-results/artillery-2.0.21.json'));
  assert.equal(format, 'artillery');
  assert.deepEqual([...new Set(summaries.map(({ name }) => name))].toSorted(), ['/bad', '/slow']);
  const of = (name: string): readonly ResultSummary[] => summaries.filter((summary) => summary.name === name);
  assert.equal(
    of('/bad').reduce((sum, { count }) => sum + count, 0),
    240,
  );
  assert.equal(
    of('/bad').reduce((sum, { errors }) => sum + errors, 0),
    81,
  );
  assert.ok(of('/slow').length >= 2);
});

// Hand-made after the README and lib/results.go of tsenart/vegeta.
test('vegeta: results as JSON and as CSV, and its report', () => {
  const json = `{"attack":"","seq":0,"code":200,"timestamp":"2026-03-01T10:00:00Z","latency":12500000,"bytes_out":0,"bytes_in":5,"error":"","body":"","method":"GET","url":"http://h/items/3","headers":{}}
{"attack":"","seq":1,"code":0,"timestamp":"2026-03-01T10:00:01Z","latency":1000000,"bytes_out":0,"bytes_in":0,"error":"Get: dial tcp: connection refused","body":"","method":"GET","url":"http://h/","headers":null}
`;
  const csv = `${T}000000,200,12500000,0,5,,aGk=,,0,GET,http://h/items/3,\n${T + 1000}000000,0,1000000,0,0,"Get: dial tcp: connection refused",,,1,GET,http://h/,\n`;
  for (const [text, id] of [
    [json, 'vegeta-json'],
    [csv, 'vegeta-csv'],
  ] as const) {
    const { format, requests } = read(text);
    assert.equal(format, id);
    assert.deepEqual(requests, [
      [T + 12.5, 'GET /items/{id}', 12.5, null],
      [T + 1001, 'GET /', 1, 'ECONNREFUSED'],
    ]);
  }
  const report = {
    latencies: { total: 1, mean: 2e6, '50th': 2e6, '90th': 5e6, '95th': 7e6, '99th': 20e6, max: 50e6, min: 1e6 },
    earliest: '2026-03-01T10:00:00Z',
    duration: 10e9,
    requests: 1000,
    status_codes: { 0: 5, 200: 985, 500: 10 },
    errors: [],
  };
  const [summary] = read(JSON.stringify(report)).summaries;
  assert.deepEqual([summary?.startWallMs, summary?.durationMs, summary?.errors], [T, 10_000, 15]);
  assert.deepEqual(
    summary?.quantiles.find(([share]) => share === 0.95),
    [0.95, 7],
  );
});

test('where a file is cut into pieces makes no difference', () => {
  const binary = gatlingLog(T, [
    { groups: ['g'], name: 'a', start: 0, end: 1, ok: true, message: '' },
    { groups: ['g'], name: 'é', start: 5, end: 9, ok: false, message: 'timeout' },
  ]);
  for (const content of [
    K6_JSON,
    JTL,
    binary,
    '<testResults version="1.2"><httpSample t="1" ts="5" s="true" lb="a>b" rc="200" rm=""/></testResults>',
  ]) {
    assert.deepEqual(read(content, 1), read(content));
    assert.deepEqual(read(content, 7), read(content));
  }
});

test('names of addresses: what differs from request to request is taken out', () => {
  const names: readonly (readonly [string, string])[] = [
    ['http://h:1/a/b?x=1', 'GET /a/b'],
    ['http://h/users/42/orders/7', 'GET /users/{id}/orders/{id}'],
    ['/d/6f9619ff-8b86-d011-b42d-00c04fc964ff', 'GET /d/{id}'],
    ['https://h', 'GET /'],
    ['/v1/health', 'GET /v1/health'],
    ['/blobs/8dc2df2856c6886d.map', 'GET /blobs/{id}'],
    ['/api/v2/oauth2-callback/createOrder', 'GET /api/v2/oauth2-callback/createOrder'],
    ['/.well-known/openid-configuration', 'GET /.well-known/openid-configuration'],
    ['/r1/s3/README/app.js', 'GET /r1/s3/README/app.js'],
    // What visitors write into an address is nobody's business.
    ['/reset/S3cr3tA', 'GET /reset/{id}'],
    ['/auth/token/hunter2', 'GET /auth/token/{id}'],
    ['/auth/v1/login', 'GET /auth/v1/login'],
    ['/ssn/078-05-1120', 'GET /ssn/{id}'],
    ['/phone/+491512345678', 'GET /phone/{id}'],
    ['/pay/4111-1111-1111-1111', 'GET /pay/{id}'],
    ['/invite/XK92-PQ7', 'GET /invite/{id}'],
    ['/basic/joe:pa55', 'GET /basic/{id}'],
    ['/app;jsessionid=9F86D081/x', 'GET /app/x'],
    ['/<img src=x>/`|[a](b)', 'GET /{id}/{id}'],
    [`/${'a-'.repeat(140)}`, 'GET /{id}'],
  ];
  for (const [url, name] of names) assert.equal(nameOfUrl('GET', url), name);
});

test('a file that ends in the middle of a line has lost what came after', () => {
  const vegeta = `{"attack":"","seq":0,"code":200,"timestamp":"2026-03-01T10:00:00Z","latency":1000,"error":"","method":"GET","url":"http://h/"}\n`;
  const k6 = `${K6_JSON.split('\n').slice(0, -1).join('\n')}\n`;
  const gatling = `RUN\tx\tx\t${T}\t \t3.10\nREQUEST\t\thome\t${T}\t${T + 30}\tOK\t \nUSER\tx\tEND\t${T}\n`;
  for (const whole of [vegeta, k6, gatling, JTL, JTL.slice(JTL.indexOf('\n') + 1)]) {
    assert.deepEqual(read(whole).lost, [], whole);
    const lastLine = whole.lastIndexOf('\n', whole.length - 2) + 1;
    // The last cell of a row may be shorter than it was: nobody can see that.
    const end = Math.max(whole.lastIndexOf(','), whole.lastIndexOf('}'), whole.lastIndexOf('\t'));
    // A k6 file is recognised by its second line.
    for (let at = Math.max(lastLine + 1, vegeta.length - 20); at < end; at += 1)
      assert.deepEqual(read(whole.slice(0, at)).lost, ['the file ends in the middle of a line'], whole.slice(0, at));
  }
});

test('k6: failures that no tag tells cannot be used', () => {
  const sample = (metric: string, value: number, tags: object): string =>
    JSON.stringify({ metric, type: 'Point', data: { time: '2026-03-01T10:00:01Z', value, tags } });
  const request = (status: string, failed: number, tags = {}): string =>
    ['http_req_duration', 'http_req_failed']
      .map((metric, i) => sample(metric, i === 0 ? 5 : failed, { name: 'home', status, ...tags }))
      .join('\n');
  const untold = ['a failed request whose tags do not tell it (expected_response is switched off)'];
  const lines = [request('200', 0), request('500', 1), request('200', 1)];
  assert.deepEqual(read(`${lines.join('\n')}\n`).damage, untold);
  assert.deepEqual(read(`${lines.slice(0, 2).join('\n')}\n`).damage, []);
  const expected = { expected_response: 'true' };
  assert.deepEqual(read(`${request('200', 1, expected)}\n`).damage, []);
  const csv = 'metric_name,timestamp,metric_value,name,status\n';
  assert.deepEqual(
    read(`${csv}http_req_duration,1772359201,5,home,200\nhttp_req_failed,1772359201,1,home,200\n`).damage,
    untold,
  );
});

test('Gatling: an error record is a request that was never sent', () => {
  const text = `RUN\tx\tx\t${T}\t \t3.10\nREQUEST\t\thome\t${T}\t${T + 30}\tOK\t \nERROR\tNo attribute named id\t${T}\n`;
  assert.deepEqual(read(text).damage, ['a request that Gatling could not build']);
  const home = { groups: [], name: 'home', start: 0, end: 12, ok: true, message: '' };
  const error = Buffer.from([4, 0, 0, 0, 2, 0, 0, 0, 1, 120, 0, 0, 0, 0, 9]);
  const binary = Buffer.concat([gatlingLog(T, [home]), error]);
  assert.deepEqual(read(binary).damage, ['a request that Gatling could not build']);
});

test('k6: checks that failed are a verdict, of samples as of a summary', () => {
  const check = (value: number): string =>
    `{"metric":"checks","type":"Point","data":{"time":"2026-03-01T10:00:00Z","value":${value},"tags":{"check":"is 200"}}}\n`;
  const json = K6_JSON.slice(0, K6_JSON.lastIndexOf('\n') + 1) + check(0) + check(1) + check(0);
  assert.deepEqual(read(json).verdicts, ['k6: 2 of 3 checks failed']);
  const csv = `metric_name,timestamp,metric_value,check\nhttp_req_duration,1772359200,1,\nchecks,1772359200,0,is 200\n`;
  assert.deepEqual(read(csv).verdicts, ['k6: 1 of 1 checks failed']);
});

test('what a load tool expected of answers and did not get counts as failed requests', () => {
  const autocannon = JSON.parse(readFileSync('test/fixtures/load-results/autocannon-9.json', 'utf8'));
  const [mismatched] = read(JSON.stringify({ ...autocannon, mismatches: 100 })).summaries;
  assert.equal(mismatched?.errors, 4614);
  assert.equal(mismatched?.errorKinds.expectation, 100);
  assert.equal(read(JSON.stringify({ ...autocannon, mismatches: 1e6 })).summaries[0]?.errors, mismatched?.count);

  const artillery = JSON.parse(readFileSync('test/fixtures/load-results/artillery-2.0.21.json', 'utf8'));
  const before = read(JSON.stringify(artillery)).summaries;
  for (const period of artillery.intermediate) period.counters['plugins.expect.failed'] = 1e6;
  const after = read(JSON.stringify(artillery)).summaries;
  assert.ok(before.some(({ errors, count }) => errors < count));
  for (const { errors, count } of after) assert.equal(errors, count);
  artillery.aggregate.counters['plugins.expect.failed'] = 12;
  artillery.aggregate.counters['plugins.expect.ok'] = 8;
  assert.ok(read(JSON.stringify(artillery)).verdicts.includes('Artillery: 12 of 20 expectations were not met'));
});
