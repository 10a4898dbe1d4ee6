import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import { exportGatling } from '../../src/scenario/export/export-gatling.ts';
import { exportJmeter } from '../../src/scenario/export/export-jmeter.ts';
import { exportK6 } from '../../src/scenario/export/export-k6.ts';
import { exportLocust } from '../../src/scenario/export/export-locust.ts';
import type { ExportLoad } from '../../src/scenario/export/exported-load.ts';
import { parseScenario } from '../../src/scenario/parse-scenario.ts';
import { assertWellFormed } from '../helpers/assert-xml.ts';
import { assertGolden } from '../helpers/golden.ts';
import { skipIfMissing } from '../helpers/missing-part.ts';
import { runCli } from '../helpers/run-cli.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const SCENARIO = `
name: "shop: 'a' & b"
load: { model: closed, users: 2, requestsPerUser: 3, thinkTime: 10ms..20ms, duration: 3s }
setup:
  - request: { name: login, method: POST, path: "/login?u={{user}}", json: { user: "u-{{random(1,9)}}", "quoted\\"key": [1, true, null] } }
    expect: { status: 200 }
    capture: { token: "$.data[0].token", all: "$.data" }
tasks:
  - weight: 3
    request:
      name: buy
      method: POST
      path: /buy
      headers: { authorization: "Bearer {{token}}" }
      json: { id: "{{uuid}}", number: "{{number(sequence)}}", run: "r-{{run}}", text: "a \\"b\\" \${c} \\\\ {{now}}" }
    expect: { status: [200, 201], headers: { content-type: json }, body: '"ok"' }
  - weight: 1
    request: { name: "home, {page}", path: / }
thresholds:
  buy: [ "p(95)<30s", "errors<50%", "max<1m" ]
  "*": [ "rate>0.1/s" ]
  resources: [ "cpu<80%" ]
`;

interface Seen {
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

interface Shop {
  readonly url: string;
  readonly seen: Seen[];
}

/** A service that keeps what it was asked; each third purchase fails. */
async function startShop(t: TestContext): Promise<Shop> {
  const seen: Seen[] = [];
  let purchases = 0;
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      seen.push({ url: request.url ?? '', headers: request.headers, body });
      response.setHeader('content-type', 'application/json');
      if (request.url?.startsWith('/login')) response.end('{"data":[{"token":"t-1"}]}');
      else if (request.url === '/buy') {
        purchases += 1;
        response.statusCode = purchases % 3 === 0 ? 500 : 201;
        response.end('{"is":"ok"}');
      } else response.end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

function assertPurchases(seen: readonly Seen[]): void {
  const purchases = seen.filter(({ url }) => url === '/buy');
  assert.ok(purchases.length > 2, `${purchases.length}`);
  const numbers = new Set<number>();
  for (const { headers, body } of purchases) {
    assert.equal(headers.authorization, 'Bearer t-1');
    assert.equal(headers['content-type'], 'application/json');
    const { id, number, run, text } = JSON.parse(body);
    assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    assert.equal(typeof number, 'number');
    assert.match(run, /^r-\w+$/);
    assert.match(text, /^a "b" \$\{c\} \\ 1\d{12}$/);
    numbers.add(number);
  }
  assert.equal(numbers.size, purchases.length, 'the sequence repeats');
  const logins = seen.filter(({ url }) => url.startsWith('/login'));
  assert.match(logins[0]?.url ?? '', /^\/login\?u=\d+$/);
  const { user, ...rest } = JSON.parse(logins[0]?.body ?? '{}');
  assert.match(user, /^u-[1-9]$/);
  assert.deepEqual(rest, { 'quoted"key': [1, true, null] });
}

const scenario = parseScenario(SCENARIO, { fileName: 'shop.yaml' });

test('a k6 script sends what the scenario says (k6 itself is not to be had: a stand-in of its modules runs it)', async (t) => {
  const shop = await startShop(t);
  const { text, notes } = exportK6(scenario, shop.url);
  const file = join(temporaryFolder(t), 'shop.k6.js');
  writeFileSync(file, text);
  const { stdout } = await promisify(execFile)(process.execPath, ['test/scenario/k6-shim/run.mjs', file, '24']);
  const { options, requests, failed, sleeps } = JSON.parse(stdout);
  assertPurchases(shop.seen);
  // A fresh user, with its set-up, after three requests.
  assert.equal(requests.filter(({ name }: { name: string }) => name === 'login').length, 8);
  assert.equal(sleeps.length, 24);
  assert.ok(sleeps.every((seconds: number) => seconds >= 0.01 && seconds <= 0.02));
  assert.deepEqual(Object.values(options.scenarios), [{ executor: 'constant-vus', vus: 2, duration: '3s' }]);
  assert.deepEqual(options.thresholds['http_req_duration{name:buy}'], ['max>=0', 'p(95)<30000', 'max<60000']);
  assert.deepEqual(options.thresholds['failed{name:buy}'], ['rate<0.5']);
  assert.deepEqual(options.thresholds.http_reqs, ['rate>0.1']);
  const bad = failed.filter(({ name, value }: { name: string; value: boolean }) => name === 'buy' && value).length;
  assert.equal(bad, Math.floor(shop.seen.filter(({ url }) => url === '/buy').length / 3));
  assert.match(notes.join('\n'), /no threshold for resources: cpu<80%/);
  assert.match(notes.join('\n'), /the request home, \{page\} is called home_ _page_/);
});

test('k6 executors: stages of users and rates, rates below one, loads without an end', () => {
  const loadOf = (load: string): { readonly load: unknown; readonly notes: readonly string[] } => {
    const { text, notes } = exportK6(
      parseScenario(`name: a\nload: ${load}\ntasks: [ { request: { path: / } } ]`, { fileName: 'a' }),
      'http://h',
    );
    const options = JSON.parse(/export const options = (\{[\s\S]*?\n\});/.exec(text)?.[1] ?? '{}');
    return { load: options.scenarios.a, notes };
  };
  assert.deepEqual(
    loadOf('{ model: open, stages: [ { rate: 10/s, duration: 10s }, { rate: 40/s, duration: 20s } ], duration: 60s }')
      .load,
    {
      executor: 'ramping-arrival-rate',
      startRate: 10,
      stages: [
        { target: 10, duration: '10s' },
        { target: 40, duration: '20s' },
        { target: 40, duration: '30s' },
      ],
      timeUnit: '1s',
      preAllocatedVUs: 40,
      maxVUs: 400,
    },
  );
  const slow = loadOf('{ model: open, rate: 30/m, arrivals: poisson }');
  assert.deepEqual(slow.load, {
    executor: 'constant-arrival-rate',
    rate: 1800,
    duration: '86400s',
    timeUnit: '3600s',
    preAllocatedVUs: 1,
    maxVUs: 5,
  });
  assert.match(slow.notes.join(), /no end.*Poisson/);
  assert.deepEqual(
    loadOf('{ model: closed, stages: [ { users: 5, duration: 10s }, { users: 50, duration: 1500ms } ] }').load,
    {
      executor: 'ramping-vus',
      startVUs: 5,
      gracefulRampDown: '30s',
      stages: [
        { target: 5, duration: '10s' },
        { target: 50, duration: '1500ms' },
      ],
    },
  );
});

test('a Locust file runs in Locust, sends what the scenario says, and its results come back as a run', {
  skip: skipIfMissing('Locust', existsSync('/usr/bin/locust')),
}, async (t) => {
  const shop = await startShop(t);
  const folder = temporaryFolder(t);
  const { text, notes } = exportLocust(scenario, shop.url);
  writeFileSync(join(folder, 'shop.locust.py'), text);
  const words = ['-f', 'shop.locust.py', '--headless', '--only-summary', '--csv', 'results', '--csv-full-history'];
  const { code, output } = await run('/usr/bin/locust', words, folder);
  assert.equal(code, 1, output);
  assertPurchases(shop.seen);
  assert.match(notes.join('\n'), /left out.*resources: cpu<80%/);
  const logins = shop.seen.filter(({ url }) => url.startsWith('/login')).length;
  const others = shop.seen.length - logins;
  assert.ok(logins >= others / 3 - 2 && logins <= others / 3 + 4, `${logins} set-ups for ${others} requests`);
  const stats = await runCli(['import', 'results_stats.csv', '--out', 'run', '--json'], { cwd: folder });
  const { requests } = JSON.parse(stats.stdout);
  // Locust leaves out what is under way when it ends.
  assert.ok(Math.abs(requests - shop.seen.length) <= 0.1 * shop.seen.length, `${requests} of ${shop.seen.length}`);
});

function run(
  command: string,
  words: readonly string[],
  cwd: string,
): Promise<{ readonly code: number; readonly output: string }> {
  return new Promise((resolve) => {
    execFile(command, [...words], { cwd }, (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), output: stdout + stderr }),
    );
  });
}

test('a Locust file of an open load keeps the rate by users, and says so', () => {
  const open = parseScenario(
    'name: a\nload: { model: open, stages: [ { rate: 10/s, duration: 10s }, { rate: 40/s, duration: 20s } ], users: 80 }\ntasks: [ { weight: 0.5, request: { path: / } }, { weight: 2, request: { path: /b } } ]',
    { fileName: 'a' },
  );
  const { text, notes } = exportLocust(open, 'http://h');
  assert.match(text, /wait_time = constant_throughput\(0\.5\)/);
  assert.match(text, /stages = \[\[10,20\],\[20,80\]\]/);
  assert.match(text, /@task\(100\)[\s\S]*@task\(400\)/);
  assert.match(notes.join(), /falls when the service stalls/);
  if (existsSync('/usr/bin/python3'))
    assert.equal(
      spawnSync('/usr/bin/python3', ['-c', 'import ast, sys; ast.parse(sys.stdin.read())'], { input: text }).status,
      0,
    );
});

const WITH_DATA = parseScenario(
  `
name: rows
load: { model: closed, users: 2, thinkTime: 10ms, duration: 3s }
http: { headers: { x-tenant: blue } }
probe: { path: /, rate: 5/s }
data:
  regions: { values: [ eu, us, asia ] }
  devices: { file: devices.csv, order: random, per: user }
tasks:
  - request: { name: buy, method: POST, path: "/buy?region={{regions}}&again={{regions}}&device={{devices.id}}", headers: { x-key: "{{devices.key}}" } }
`,
  { fileName: 'rows.yaml', readText: () => 'id,key\n1,a\n2,b\n3,c\n' },
);

/** All columns of one request come from one row; each region comes; a device stays with its user. */
function assertRows(seen: readonly Seen[]): void {
  const rows = seen.map(({ url, headers }) => ({ at: new URL(url, 'http://h').searchParams, headers }));
  assert.ok(rows.length > 4, `${rows.length}`);
  for (const { at, headers } of rows) {
    assert.equal(at.get('region'), at.get('again'));
    assert.equal(headers['x-key'], { '1': 'a', '2': 'b', '3': 'c' }[at.get('device') ?? '']);
    assert.equal(headers['x-tenant'], 'blue');
  }
  assert.deepEqual(new Set(rows.map(({ at }) => at.get('region'))), new Set(['eu', 'us', 'asia']));
}

test('rows of data sets go to k6 and Locust; what no tool is told is noted', async (t) => {
  const shop = await startShop(t);
  const folder = temporaryFolder(t);
  const { text, notes } = exportK6(WITH_DATA, shop.url);
  writeFileSync(join(folder, 'rows.k6.js'), text);
  await promisify(execFile)(process.execPath, ['test/scenario/k6-shim/run.mjs', join(folder, 'rows.k6.js'), '12']);
  assertRows(shop.seen.splice(0));
  assert.match(notes.join('\n'), /left out: the probe[\s\S]*rows in sequence are counted by each virtual user/);
  assert.match(exportJmeter(WITH_DATA, 'http://h').notes.join(), /variables devices\.id, devices\.key/);
  assert.match(exportGatling(WITH_DATA, 'http://h').notes.join(), /the rows of regions/);
  if (!existsSync('/usr/bin/locust')) return;
  writeFileSync(join(folder, 'rows.locust.py'), exportLocust(WITH_DATA, shop.url).text);
  const words = ['-f', 'rows.locust.py', '--headless', '--only-summary'];
  const { output } = await run('/usr/bin/locust', words, folder);
  assert.ok(shop.seen.length > 4, output);
  assertRows(shop.seen);
});

test('levels that jump are jumps in k6 and Locust', () => {
  const jumping = parseScenario(
    'name: a\nload: { model: open, users: 10, stages: [ { rate: 10/s, duration: 10s, jump: true }, { rate: 40/s, duration: 20s, jump: true, tasks: [ b ] } ] }\ntasks: [ { request: { name: a, path: / } }, { request: { name: b, path: /b } } ]',
    { fileName: 'a' },
  );
  assert.match(exportLocust(jumping, 'http://h').text, /stages = \[\[0,3\],\[10,3\],\[0,10\],\[20,10\]\]/);
  const { text, notes } = exportK6(jumping, 'http://h');
  assert.match(text.replace(/\s+/g, ''), /\{"target":40,"duration":"0s"\},\{"target":40,"duration":"20s"\}/);
  assert.match(notes.join(), /stages that choose tasks of their own/);
});

test('a JMeter plan is well-formed, and every element is followed by its tree', () => {
  const { text, notes } = exportJmeter(scenario, 'https://shop.example:8443/base');
  assertWellFormed(text);
  assertGolden('export/shop.jmx', text);
  // In a plan each element of a tree has a tree of its own beside it, be it empty.
  const lines = text.split('\n');
  lines.forEach((line, i) => {
    const indent = /^( *)<\w+ guiclass/.exec(line)?.[1];
    if (indent === undefined || / elementType=/.test(line)) return;
    const end = line.endsWith('/>') ? i : lines.findIndex((other, j) => j > i && other.startsWith(`${indent}</`));
    assert.match(lines[end + 1] ?? '', new RegExp(`^${indent}<hashTree/?>`), line);
  });
  assert.match(notes.join(), /profiler import results\.jtl --slo/);
});

test('JMeter: an open load without set-up is an open thread group; with one, a pool that keeps the rate', () => {
  const open = (setup: string): string =>
    exportJmeter(
      parseScenario(
        `name: a\nload: { model: open, stages: [ { rate: 10/s, duration: 10s }, { rate: 40/s, duration: 20s } ], users: 7, arrivals: poisson }\n${setup}tasks: [ { request: { path: / } } ]`,
        { fileName: 'a' },
      ),
      'http://h',
    ).text;
  assert.match(
    open(''),
    /schedule">rate\(10\/sec\) random_arrivals\(10 sec\) rate\(10\/sec\) random_arrivals\(20 sec\) rate\(40\/sec\)</,
  );
  const pool = open('setup: [ { request: { path: /login } } ]\n');
  assert.match(pool, /num_threads">7</);
  assert.match(pool, /<value>2400<\/value>/);
});

test('a Gatling simulation is a module, and its shares come to 100 %', (t) => {
  const { text, notes } = exportGatling(scenario, 'http://h');
  const file = join(temporaryFolder(t), 'shop.gatling.mjs');
  writeFileSync(file, text);
  assert.equal(spawnSync(process.execPath, ['--check', file]).status, 0);
  assertGolden('export/shop.gatling.js', text);
  assert.match(notes.join(), /no assertion for resources: cpu<80%/);
});

test('every scenario that comes with the tool goes to every tool', () => {
  const exporters: readonly ExportLoad[] = [exportK6, exportLocust, exportJmeter, exportGatling];
  for (const fileName of readdirSync('scenarios')) {
    const shipped = parseScenario(readFileSync(join('scenarios', fileName), 'utf8'), { fileName });
    for (const write of exporters) assert.ok(write(shipped, 'http://h').text.includes('lock-proof'), fileName);
  }
});

test('profiler export: writes beside, refuses to replace, tells what a tool cannot say', async (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, 'shop.yaml'), SCENARIO);
  const first = await runCli(['export', 'shop.yaml', '--to', 'jmeter', '--json'], { cwd: folder });
  assert.equal(first.code, 0, first.stderr);
  assert.equal(JSON.parse(first.stdout).file, join(folder, 'shop.jmx'));
  assert.ok(JSON.parse(first.stdout).notes.length > 0);
  assert.equal((await runCli(['export', 'shop.yaml', '--to', 'jmeter'], { cwd: folder })).code, 2);
  const wrong = await runCli(['export', 'shop.yaml', '--to', 'csv'], { cwd: folder });
  assert.match(
    wrong.stderr,
    /not a run folder.*[\s\S]*A scenario can be exported to k6, locust, jmeter, gatling; a run folder to csv/,
  );
});
