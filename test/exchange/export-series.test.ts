import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { runCli } from '../helpers/run-cli.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const RUN = join(process.cwd(), 'profiles/example');

test('series of a run as CSV: a column a metric, a row an interval and request', async (t) => {
  const folder = temporaryFolder(t);
  const { code, stdout, stderr } = await runCli(['export', RUN, '--to', 'csv'], { cwd: folder });
  assert.equal(code, 0, stderr);
  const [samplesFile = '', requestsFile = ''] = stdout.trim().split('\n');
  const samples = readFileSync(samplesFile, 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split(','));
  assert.deepEqual(samples[0]?.slice(0, 4), ['time', 'monotonic_ms', 'segment', 'process.cpu']);
  assert.ok(samples.length > 20 && samples.every(({ length }) => length === samples[0]?.length));
  const requests = readFileSync(requestsFile, 'utf8').trim().split('\n');
  assert.match(requests[0] ?? '', /^time,length_ms,request,count,errors,dropped,p50_ms,/);
  assert.match(requests[1] ?? '', /^20\d\d-\d\d-\d\dT[\d:.]+Z,\d+,[\w-]+,\d+,/);
  assert.equal((await runCli(['export', RUN, '--to', 'csv'], { cwd: folder })).code, 2);
});

test('series of a run as JSON lines', async (t) => {
  const { stdout } = await runCli(['export', RUN, '--to', 'ndjson', '--json'], { cwd: temporaryFolder(t) });
  const [file] = JSON.parse(stdout).files;
  const lines = readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.deepEqual([...new Set(lines.map(({ type }) => type))], ['sample', 'requests']);
  assert.ok(lines.at(-1).latencyMs.p95 > 0);
});

test('series of a run as OpenMetrics: one family after the other, in order of time, to the end mark', async (t) => {
  const { stdout } = await runCli(['export', RUN, '--to', 'openmetrics'], { cwd: temporaryFolder(t) });
  const text = readFileSync(stdout.trim(), 'utf8');
  assert.ok(text.endsWith('# EOF\n'));
  const families = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name]) => name);
  assert.equal(new Set(families).size, families.length);
  assert.ok(families.includes('profiler_heap_used_bytes') && families.includes('profiler_request_duration_seconds'));
  let last = { series: '', at: 0 };
  for (const line of text.split('\n').filter((one) => one !== '' && !one.startsWith('#'))) {
    const match = /^(\w+\{.*\}) (-?[\d.e+-]+) ([\d.]+)$/.exec(line);
    assert.ok(match, line);
    const [, series = '', , at] = match;
    if (series === last.series) assert.ok(Number(at) >= last.at, line);
    last = { series, at: Number(at) };
  }
  assert.match(text, /^profiler_requests_served_total\{run="[^"]+",segment="0"\} /m);
});

test('Prometheus takes the OpenMetrics file', {
  skip: spawnSync('promtool', ['--version']).status === 0 ? false : 'promtool is not installed here',
}, async (t) => {
  const folder = temporaryFolder(t);
  const { stdout } = await runCli(['export', RUN, '--to', 'openmetrics'], { cwd: folder });
  const { status, stderr } = spawnSync(
    'promtool',
    ['tsdb', 'create-blocks-from', 'openmetrics', stdout.trim(), join(folder, 'data')],
    { encoding: 'utf8' },
  );
  assert.equal(status, 0, stderr);
});
