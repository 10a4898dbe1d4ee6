import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import process from 'node:process';
import { type TestContext, test } from 'node:test';
import { parseScenario } from '../../src/scenario/parse-scenario.ts';
import { starterScenario } from '../../src/scenario/starter-scenario.ts';
import { type CliOptions, type CliResult, runCli } from '../helpers/run-cli.ts';
import { spawnService } from '../helpers/spawn-service.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

/** Runs `profiler load` against the price service, with these limits. */
async function loadWith(
  t: TestContext,
  thresholds: string,
  words: readonly string[] = [],
  options: CliOptions = {},
): Promise<CliResult> {
  const service = await spawnService('test/targets/http-service.mjs');
  t.after(() => service.stop());
  return runLoad(t, service.baseUrl, thresholds, words, options);
}

function runLoad(
  t: TestContext,
  url: string,
  thresholds: string,
  words: readonly string[],
  options: CliOptions = {},
): Promise<CliResult> {
  const file = join(temporaryFolder(t), 'scenario.yaml');
  writeFileSync(
    file,
    `name: prices
load: { model: open, rate: 50/s, duration: 2s }
tasks: [ { request: { name: quote, path: /quotes } } ]
thresholds: { quote: [ "${thresholds}" ], resources: [ "cpu<80%" ] }
`,
  );
  return runCli(['load', file, '--url', url, ...words], options);
}

test('load --json is one document with percentiles and gates', async (t) => {
  const { code, stdout, stderr } = await loadWith(t, 'p(99)<20s', ['--json']);
  assert.equal(code, 0, stderr);
  const report = JSON.parse(stdout);
  assert.equal(report.schema, 'profiler-load/1');
  const [quote] = report.requests;
  assert.equal(quote.name, 'quote');
  assert.equal(quote.count, report.completed);
  assert.ok(quote.count > 50 && quote.p50Ms > 0 && quote.p50Ms <= quote.p99Ms, stdout);
  assert.deepEqual(
    report.gates.map(({ name, status }: { name: string; status: string }) => [name, status]),
    [
      ['quote p(99)', 'pass'],
      ['cpu mean', 'pass'],
    ],
  );
});

test('limits of which nothing was measured: exit code 5 where there are no others', async (t) => {
  const service = await spawnService('test/targets/http-service.mjs');
  t.after(() => service.stop());
  const file = join(temporaryFolder(t), 'scenario.yaml');
  for (const [limits, expected] of [
    ['resources: [ "db.connections<50" ]', 5],
    ['resources: [ "db.connections<50" ], quote: [ "p(50)<20s" ]', 0],
  ] as const) {
    writeFileSync(
      file,
      `name: prices
load: { model: open, rate: 50/s, duration: 1s }
tasks: [ { request: { name: quote, path: /quotes } } ]
thresholds: { ${limits} }
`,
    );
    const { code, stderr } = await runCli(['load', file, '--url', service.baseUrl]);
    assert.equal(code, expected, stderr);
    assert.match(stderr, /not judged, since it was not measured: db\.connections/);
    assert.doesNotMatch(stderr, /is the service running/);
  }
});

test('a limit that does not hold: exit code 1, and a table that says which', async (t) => {
  const { code, stdout } = await loadWith(t, 'rate>5000/s');
  assert.equal(code, 1);
  assert.match(stdout, /request +count +errors +per s +p50/);
  assert.match(stdout, /FAIL +quote rate/);
});

test('nobody answers: exit code 5, with what went wrong', async (t) => {
  const { code, stderr } = await runLoad(t, 'http://127.0.0.1:9', 'p(50)<20s', ['--duration', '1s']);
  assert.equal(code, 5, stderr);
  assert.match(stderr, /request quote fails: ECONNREFUSED/);
});

/** Answers so many requests, and is gone then. */
const MORTAL = `let left = 60;
const server = require('node:http').createServer((_, response) => {
  response.end('{}', () => { if (--left === 0) process.exit(1); });
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));`;

test('a service that dies under the load and does not come back: exit code 4, whatever the limits say', async (t) => {
  const service = spawn(process.execPath, ['-e', MORTAL], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => service.kill('SIGKILL'));
  const [port] = await once(service.stdout, 'data');
  const { code, stderr } = await runLoad(t, `http://127.0.0.1:${Number(port)}`, 'p(50)<20s', ['--duration', '6s']);
  assert.equal(code, 4, stderr);
  assert.match(stderr, /every request failed for \d/);
});

test('one whose process stays, and which answers nothing any more: exit code 5', async (t) => {
  let left = 60;
  const server = createServer((_, response) => {
    response.end('{}');
    left -= 1;
    if (left === 0) server.close().closeAllConnections();
  });
  t.after(() => server.close());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const { code, stderr } = await runLoad(t, `http://127.0.0.1:${port}`, 'p(50)<20s', ['--duration', '6s']);
  assert.equal(code, 5, stderr);
  assert.match(stderr, /every request failed for \d/);
});

test('one that takes requests and answers none of them any more: exit code 5', async (t) => {
  let left = 60;
  const server = createServer((_, response) => {
    left -= 1;
    if (left >= 0) response.end('{}');
  });
  t.after(() => server.close().closeAllConnections());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const { code, stderr } = await runLoad(t, `http://127.0.0.1:${port}`, 'p(50)<60s', ['--duration', '4s']);
  assert.equal(code, 5, stderr);
  assert.match(stderr, /requests waited and none was answered for \d/);
});

test('Ctrl-C ends it in order: what was measured is printed, exit code 130', async (t) => {
  const { code, stdout } = await loadWith(t, 'p(99)<20s', ['--duration', '10m', '--json'], {
    onStart: (pid) => void setTimeout(() => process.kill(pid, 'SIGINT'), 6000),
  });
  assert.equal(code, 130);
  assert.ok(JSON.parse(stdout).completed > 0);
});

test('load --init writes a scenario that is read, and does not replace one', async (t) => {
  const folder = temporaryFolder(t);
  const { code, stdout } = await runCli(['load', '--init', '--url', 'http://127.0.0.1:81'], { cwd: folder });
  assert.equal(code, 0);
  const file = stdout.trim();
  assert.equal(file, join(folder, 'scenario.yaml'));
  assert.equal(parseScenario(readFileSync(file, 'utf8'), { fileName: file }).baseUrl, 'http://127.0.0.1:81');
  assert.equal((await runCli(['load', '--init'], { cwd: folder })).code, 2);
  assert.equal((await runCli(['load', '--init', 'other.yaml'], { cwd: folder })).code, 0);
});

test('the lines that the starter scenario has as comments are right too', () => {
  const text = starterScenario('http://127.0.0.1:3000').replace(
    /^# (?=setup:| {2}- request| {4}(expect|capture))/gm,
    '',
  );
  assert.equal(parseScenario(text, { fileName: 'starter' }).setup.length, 1);
});

test('a scenario of the tool by name, and as a template', async (t) => {
  const folder = temporaryFolder(t);
  const { code, stdout } = await runCli(['load', 'peak', '--init', '--url', 'http://127.0.0.1:81'], { cwd: folder });
  assert.equal(code, 0);
  const scenario = parseScenario(readFileSync(stdout.trim(), 'utf8'), { fileName: 'peak.yaml' });
  assert.equal(stdout.trim(), join(folder, 'peak.yaml'));
  assert.equal(scenario.baseUrl, 'http://127.0.0.1:81');
  assert.equal(scenario.name, 'peak');
  const unknown = await runCli(['load', 'peek'], { cwd: folder });
  assert.equal(unknown.code, 2);
  assert.match(unknown.stderr, /normal.*peak|peak.*normal/);
});

test('a limit with abortOnFail ends the load; the service is watched from outside', async (t) => {
  const service = await spawnService('test/targets/http-service.mjs');
  t.after(() => service.stop());
  const file = join(temporaryFolder(t), 'abort.yaml');
  writeFileSync(
    file,
    `name: abort
load: { model: open, rate: 50/s, duration: 10m }
tasks: [ { request: { name: quote, path: /quotes } } ]
thresholds: { quote: [ { limit: "rate>5000/s", abortOnFail: true, after: 1s } ], resources: [ "rss<8GB", "network<1Gbps" ] }
`,
  );
  const { code, stdout, stderr } = await runCli(['load', file, '--url', service.baseUrl, '--json']);
  assert.equal(code, 1, stderr);
  const report = JSON.parse(stdout);
  assert.match(report.abortedBy, /quote rate >5000/);
  assert.ok(report.durationMs < 60_000);
  assert.ok(report.generator.cpuPercent > 0 && report.generator.rssBytes > 1e7, stdout);
  assert.equal(report.gates.find(({ name }: { name: string }) => name === 'rss max').status, 'pass');
  assert.match(stderr, /from outside/);
});

test('a load whose tasks all fail says so by its exit code, whatever probe and set-up are answered', async (t) => {
  const service = await spawnService('test/targets/http-service.mjs', { args: ['--fault', 'refuse-quotes'] });
  t.after(() => service.stop());
  const file = join(temporaryFolder(t), 'scenario.yaml');
  writeFileSync(
    file,
    `name: prices
load: { model: closed, users: 4, thinkTime: 20ms, requestsPerUser: 5, duration: 2s }
probe: { path: /health, rate: 50/s }
setup: [ { request: { name: login, path: /health } } ]
tasks: [ { request: { name: quote, path: /quotes } } ]
`,
  );
  const { code, stdout, stderr } = await runCli(['load', file, '--url', service.baseUrl, '--json']);
  assert.equal(code, 5, stderr);
  const errors = Object.fromEntries(
    JSON.parse(stdout).requests.map(({ name, errors: failed }: { name: string; errors: number }) => [name, failed]),
  );
  assert.deepEqual([errors.login, errors.probe, errors.quote > 0], [0, 0, true], stdout);
});
