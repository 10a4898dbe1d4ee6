import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { ProfilerError } from '../../src/model/errors.ts';
import type { Threshold } from '../../src/model/threshold.ts';
import { parseScenario } from '../../src/scenario/parse-scenario.ts';
import { parseThreshold } from '../../src/scenario/parse-threshold.ts';
import { SCENARIO_SCHEMA } from '../../src/scenario/scenario-schema.ts';
import { readLimits } from '../../src/study/read-limits.ts';

const CONTRACT = `
name: evidence-archive
baseUrl: http://127.0.0.1:3000
load: { model: closed, users: 200, thinkTime: 1s..3s, duration: 8h }
setup:
  - request: { name: enroll, method: POST, path: /device/enroll, json: { device_id: "device-{{random(1,1000)}}", device_token: "t" } }
    expect: { status: 200 }
    capture: { token: "$.enrollment_token" }
tasks:
  - weight: 3
    request: { name: lock-proof, method: POST, path: /lock-proof, headers: { authorization: "Bearer {{token}}" }, json: { capture_id: "c-{{sequence}}" } }
    expect: { status: [200, 201] }
  - weight: 1
    request: { name: health, path: /health }
thresholds:
  lock-proof: [ "p(50)<50ms", "p(95)<300ms", "p(99)<500ms", "errors<0.1%" ]
  "*": [ "errors<1%" ]
  resources: [ "cpu<80%", "rss<512MiB", "db.connections<50", "disk<100MB/s", "network<1Gbps" ]
`;

function problemsOf(text: string): string[] {
  try {
    parseScenario(text, { fileName: 's.yaml' });
  } catch (error) {
    assert.ok(error instanceof ProfilerError, String(error));
    assert.equal(error.code, 'scenario-invalid');
    assert.equal(error.exitCode, 2);
    return error.message.split('\n').slice(1);
  }
  return [];
}

test('the scenario of the contract is read', () => {
  const scenario = parseScenario(CONTRACT, { fileName: 's.yaml' });
  assert.deepEqual(scenario.load, {
    model: 'closed',
    stages: [{ level: 200, durationMs: null }],
    thinkTime: { minMs: 1000, maxMs: 3000 },
    requestsPerUser: null,
    durationMs: 8 * 3_600_000,
  });
  assert.equal(scenario.tasks[0]?.weight, 3);
  assert.deepEqual(scenario.tasks[0]?.expect.status, [200, 201]);
  assert.equal(scenario.tasks[1]?.request.method, 'GET');
  assert.equal(scenario.thresholds.length, 10);
  assert.deepEqual(
    scenario.thresholds.find((threshold) => threshold.metric === 'network'),
    {
      subject: 'resources',
      metric: 'network',
      percentile: null,
      operator: '<',
      value: 125e6,
      unit: 'bytes-per-second',
      text: 'network<1Gbps',
    },
  );
});

test('the same scenario as JSON, and an open one with stages', () => {
  const open = {
    name: 'ramp',
    load: {
      model: 'open',
      stages: [
        { rate: '50/s', duration: '2m' },
        { rate: 400, duration: '10m' },
      ],
    },
    tasks: [{ request: { path: '/' } }],
  };
  const scenario = parseScenario(JSON.stringify(open, null, '\t'), { fileName: 's.json' });
  assert.deepEqual(scenario.load, {
    model: 'open',
    stages: [
      { level: 50, durationMs: 120_000 },
      { level: 400, durationMs: 600_000 },
    ],
    arrivals: 'constant',
    users: 100,
    durationMs: 720_000,
  });
  assert.equal(scenario.baseUrl, null);
  assert.equal(scenario.tasks[0]?.request.name, 'GET /');
});

test('all mistakes at once, each with line, column and what to do', () => {
  const problems = problemsOf(`name: x
baseURL: http://h
load: { model: closed, user: 5, thinkTime: 3s..1s }
tasks:
  - wieght: 3
    request: { path: health, method: get }
  - request: { name: a, path: "/a/{{tokn}}" }
    capture: { token: enrollment }
`);
  assert.deepEqual(problems, [
    's.yaml:2:1 baseURL: unknown key, did you mean `baseUrl`?',
    's.yaml:3:1 load: `users` is missing: users: 10, or stages',
    's.yaml:3:24 load.user: unknown key, did you mean `users`?',
    's.yaml:3:33 load.thinkTime: "3s..1s" is no think time: write it like 2s or 1s..3s',
    's.yaml:5:5 tasks[0].wieght: unknown key, did you mean `weight`?',
    's.yaml:6:16 tasks[0].request.path: should be path below the base URL, beginning with a slash; may hold a query',
    's.yaml:6:30 tasks[0].request.method: should be HTTP method in capitals; GET without it',
    's.yaml:7:25 tasks[1].request.path: `{{tokn}}` is captured nowhere, did you mean `{{token}}`?',
    's.yaml:8:16 tasks[1].capture.token: "enrollment" names no place in a JSON answer: write it like $.data[0].token',
  ]);
});

test('a limit that always holds, or never, is none', () => {
  const always = ['errors<101%', 'errors<=100%', 'dropped<200%', 'p(95)>0ms', 'max>=0ms', 'rate>=0/s', 'errors>=0'];
  for (const text of always) assert.match(String(parseThreshold('a', text)), /always holds, whatever/, text);
  for (const text of ['errors>100%', 'dropped>=101%', 'p(95)<0ms', 'rate<0/s', 'errors<0'])
    assert.match(String(parseThreshold('a', text)), /never holds, whatever/, text);
  for (const text of ['errors<100%', 'errors<=0%', 'errors<1%', 'rate>0/s', 'errors<500', 'max<1ms', 'p(95)>1ms'])
    assert.equal(typeof parseThreshold('a', text), 'object', text);
  assert.equal(typeof parseThreshold('resources', 'cpu<400%'), 'object');
  const { text: _, ...short } = parseThreshold('a', 'p99.9<300ms') as Threshold;
  const { text: __, ...long } = parseThreshold('a', 'p(99.9)<300ms') as Threshold;
  assert.deepEqual(short, long);
  assert.equal(typeof parseThreshold('a', 'p<300ms'), 'string');
  const tasks = 'name: x\nload: { model: closed, users: 5 }\ntasks: [ { request: { name: a, path: /a } } ]\n';
  assert.match(problemsOf(`${tasks}thresholds: { a: [] }`).join(), /s\.yaml:4:15 thresholds\.a: the list is empty/);
  assert.throws(() => readLimits({ a: [] }, null), { code: 'slo-invalid', hint: /a: its list is empty/ });
});

test('what a schema cannot say is checked too', () => {
  const problems = problemsOf(`name: x
baseUrl: 127.0.0.1:3000
load: { model: closed, users: 5, thinkTime: 3s..1s, duration: fast }
tasks:
  - request: { name: a, path: "/a/{{tokn}}?n={{random(9)}}" }
    capture: { token: enrollment }
thresholds:
  b: [ "p(95)<1s" ]
  "*": [ "q95<1s", "errors<3ms", "cpu<80%" ]
  resources: [ "rsss<1GiB", "cpu<80" ]
`);
  const places = problems.map((problem) => problem.split(' ')[0]);
  assert.deepEqual(places, [
    's.yaml:2:1',
    's.yaml:3:34',
    's.yaml:3:53',
    's.yaml:5:25',
    's.yaml:5:25',
    's.yaml:6:16',
    's.yaml:8:3',
    's.yaml:9:10',
    's.yaml:9:20',
    's.yaml:9:34',
    's.yaml:10:16',
    's.yaml:10:29',
  ]);
  assert.match(problems.join('\n'), /`\{\{tokn\}\}` is captured nowhere, did you mean `\{\{token\}\}`\?/);
  assert.match(problems.join('\n'), /`rsss` is no metric of resources, did you mean `rss`\?/);
});

test('numbers without bounds are refused with their line', () => {
  const of = (load: string, task: string): string[] =>
    problemsOf(`name: x\nload: ${load}\ntasks:\n  - ${task}\n`).map((problem) => problem.split(':')[1] ?? '');
  const closed = '{ model: closed, users: 1, duration: 1s }';
  const plain = 'request: { name: a, path: /a }';
  assert.deepEqual(of(closed, plain), []);
  assert.deepEqual(of('{ model: closed, users: 1e12, duration: 1s }', plain), ['2']);
  assert.deepEqual(of('{ model: closed, users: 1, duration: 99999999999999999h }', plain), ['2']);
  assert.deepEqual(of(closed, '{ weight: .inf, request: { name: a, path: /a } }'), ['4']);
  assert.deepEqual(of(closed, '{ request: { name: a, path: /a }, expect: { status: [] } }'), ['4']);
  assert.deepEqual(of(closed, '{ request: { name: a, path: "/{{random(1,99999999999999999999)}}" } }'), ['4']);
});

test('a template that is not quoted is one mistake, with what to do', () => {
  const problems = problemsOf('name: x\ntasks:\n  - request: { name: a, path: /labels/{{mine}} }\n');
  assert.equal(problems.length, 1);
  assert.match(String(problems[0]), /^s\.yaml:3:\d+ .*must stand in quotes/);
});

test('broken YAML names the place', () => {
  const [first] = problemsOf('name: x\nload: { model: closed, users: 5\ntasks: []\n');
  assert.match(String(first), /^s\.yaml:\d+:\d+ /);
});

test('an empty file and a list are errors, not crashes', () => {
  for (const text of ['', '- 1', 'null', 'name: x\nload: 5\ntasks: 7']) assert.ok(problemsOf(text).length > 0, text);
});

test('levels and rates that send nothing are refused', () => {
  const file = (load: string): string => `name: x\nload: ${load}\ntasks: [ { request: { path: / } } ]\n`;
  assert.match(problemsOf(file('{ model: open }')).join(), /`rate` is missing/);
  assert.match(problemsOf(file('{ model: closed }')).join(), /`users` is missing/);
  assert.match(problemsOf(file('{ model: open, rate: 0/s }')).join(), /sends nothing/);
  assert.match(problemsOf(file('{ model: half }')).join(), /closed .* or open/);
  assert.match(problemsOf(file('{ users: 3 }')).join(), /`model` is missing/);
});

test('schemas/scenario.schema.json is the schema of the code', () => {
  const file: unknown = JSON.parse(readFileSync('schemas/scenario.schema.json', 'utf8'));
  assert.deepEqual(file, JSON.parse(JSON.stringify(SCENARIO_SCHEMA)));
});

const EXTENDED = `name: x
load:
  model: open
  stages:
    - { rate: 10/s, duration: 1m, jump: true, tasks: [ buy ] }
    - { rate: 20/s, duration: 1m, tasks: { buy: 3, look: 1 } }
http: { timeout: 2s, maxConnections: 7, headers: { X-Tenant: blue }, cookies: true, gzip: true }
data:
  devices: { file: devices.csv, order: random, per: user }
  regions: { values: [ eu, 7 ] }
probe: { path: /health, rate: 5/s }
stress: { from: 50/s, to: 500/s, hold: 5s, atLeast: 100/s }
tasks:
  - request: { name: buy, path: "/buy/{{devices.id}}/{{regions}}" }
  - request: { name: look, path: "/look/{{devices.name}}" }
thresholds:
  buy: [ { limit: errors<5%, abortOnFail: true, after: 3s } ]
  probe: [ "p(99)<50ms" ]
`;

test('data, probe, stress, http, stages of tasks and limits that end a load', () => {
  const readText = (path: string): string => (path === 'devices.csv' ? 'id,name\r\n1,"a, ""b"""\n2,c\n' : '');
  const scenario = parseScenario(EXTENDED, { fileName: 's.yaml', readText });
  assert.deepEqual(scenario.data, [
    {
      name: 'devices',
      columns: ['id', 'name'],
      rows: [
        ['1', 'a, "b"'],
        ['2', 'c'],
      ],
      order: 'random',
      per: 'user',
    },
    { name: 'regions', columns: ['value'], rows: [['eu'], ['7']], order: 'sequence', per: 'request' },
  ]);
  assert.deepEqual(scenario.probe, { path: '/health', ratePerSecond: 5 });
  assert.deepEqual(scenario.stress, { from: 50, to: 500, step: 50, holdMs: 5000, atLeast: 100 });
  assert.deepEqual(scenario.http.headers, { 'x-tenant': 'blue' });
  assert.equal(scenario.http.timeoutMs, 2000);
  assert.deepEqual(scenario.load.stages[1]?.tasks, { buy: 3, look: 1 });
  assert.equal(scenario.load.stages[0]?.jump, true);
  assert.equal(scenario.thresholds[0]?.abortAfterMs, 3000);
});

test('mistakes in data, probe, stress and stages are said with their place', () => {
  const text = EXTENDED.replace('tasks: [ buy ]', 'tasks: [ by ]')
    .replace('from: 50/s', 'from: 600/s')
    .replace('after: 3s', 'after: soon')
    .replace('path: /health', 'path: health');
  const problems = problemsOf(text).join('\n');
  assert.match(problems, /s\.yaml:5:\d+ .*no task is named by, did you mean `buy`/);
  assert.match(problems, /s\.yaml:9:\d+ data\.devices\.file: cannot be read: devices\.csv is not at hand/);
  assert.match(problems, /s\.yaml:11:\d+ probe\.path: should begin with a slash/);
  assert.match(problems, /s\.yaml:12:\d+ stress\.to: should be above from/);
  assert.match(problems, /s\.yaml:15:\d+ .*`\{\{devices\.name\}\}`/);
  assert.match(problems, /s\.yaml:17:\d+ .*"soon" is no duration/);
});

test('a CSV file with a row of another length, or none, is refused', () => {
  const read = (csv: string) => () => parseScenario(EXTENDED, { fileName: 's', readText: () => csv });
  assert.throws(read('id,name\n1,a\n2\n'), /row 2 below the header has 1 fields, not 2/);
  assert.throws(read('id,name\n'), /no rows/);
});
