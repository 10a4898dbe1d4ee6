// The load engine beside a peer: `npm run bench:load -- [--seconds 5] [--rounds 3] [--peers autocannon,k6]`.
// Generators drive the same static server in turn, each on one core, the server on another (taskset, where it is there); requests per second of their own CPU time are the figure to trust on a
// busy machine. autocannon is installed into a cache folder when first needed; k6 is measured where it is installed.
// docs/load-benchmark.md holds a result.
import { execFileSync, fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { cpus, homedir, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startLoad } from '../../src/load/load-client.ts';
import type { LoadTotals } from '../../src/load/load-messages.ts';
import type { RequestInterval } from '../../src/model/requests.ts';
import { summariseRequests } from '../../src/stats/request-summary.ts';
import { scenarioOf, sleep, startTarget } from '../load/target.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '8' },
    rounds: { type: 'string', default: '3' },
    peers: { type: 'string', default: 'autocannon,k6' },
    serve: { type: 'boolean', default: false },
  },
});
const SECONDS = Number(values.seconds);
const USERS = 50;
const CACHE = join(process.env.PROFILER_BENCH_CACHE ?? join(homedir(), '.cache', 'soak-profiler-bench'), 'load');
const AUTOCANNON = 'autocannon@9.0.0';
const STALL_SECONDS = 12;
const CAN_PIN = cpus().length > 1 && spawnSync('taskset', ['-V'], { stdio: 'ignore' }).status === 0;

const STATIC = '  - request: { name: static, path: / }';
const TEMPLATES = `  - weight: 3
    request: { name: a, method: POST, path: "/a/{{random(1,1000)}}", headers: { authorization: "Bearer {{run}}" }, json: { id: "c-{{sequence}}" } }
    expect: { status: 200, body: ok }
  - request: { name: b, path: /b }
    expect: { status: 200 }`;

interface Measured {
  /** Of the whole process, its start included: so it is measured for everybody. */
  readonly requestsPerCpuSecond: number;
  readonly requestsPerSecond: number;
  readonly rssBytes: number;
  /** Without its start; null where a program cannot be asked for it. */
  readonly steadyPerCpuSecond: number | null;
}

if (values.serve) serve();
else await benchAll();

/** Answers each request with the same bytes: what is measured is the generator, not an HTTP server. */
function serve(): void {
  const answer = Buffer.from('HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 2\r\n\r\nok');
  const server = createServer((socket) => {
    socket.setNoDelay(true);
    socket.on('error', () => {});
    let rest = '';
    socket.on('data', (chunk) => {
      const parts = (rest + chunk.toString('latin1')).split('\r\n\r\n');
      rest = parts.pop() ?? '';
      if (parts.length > 0) socket.write(parts.length === 1 ? answer : Buffer.concat(parts.map(() => answer)));
    });
  });
  server.listen(0, '127.0.0.1', () => process.send?.(server.address()));
  process.on('disconnect', () => process.exit());
}

async function benchAll(): Promise<void> {
  console.log(
    `Node ${process.version}, ${cpus().length} cores, load ${loadavg()[0]?.toFixed(1)} before; medians of ${values.rounds} rounds`,
  );
  const server = fork(new URL(import.meta.url), ['--serve'], { execArgv: [] });
  const [{ port }] = (await once(server, 'message')) as [{ port: number }];
  pin(server.pid ?? 0, 0);
  try {
    await benchCost(`http://127.0.0.1:${port}`);
    await benchUsers(`http://127.0.0.1:${port}`);
  } finally {
    server.kill();
  }
  await benchStalls();
}

async function benchCost(url: string): Promise<void> {
  const generators = new Map<string, () => Promise<Measured | null>>([
    ['profiler load', () => measureOurs(url, `{ model: closed, users: ${USERS} }`)],
    ['profiler load, templates and checks', () => measureOurs(url, `{ model: closed, users: ${USERS} }`, TEMPLATES)],
  ]);
  if (values.peers.includes('autocannon')) generators.set(AUTOCANNON, async () => measureAutocannon(url));
  if (values.peers.includes('k6') && isInstalled('k6')) generators.set('k6', async () => measureK6(url));
  const results = new Map<string, Measured[]>();
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const [name, measure] of generators) {
      const measured = await measure();
      if (measured) results.set(name, [...(results.get(name) ?? []), measured]);
    }
  }
  console.log(`\n${USERS} connections without think time\n`);
  console.log(
    '| generator | requests per CPU-second | once it runs | requests per second | memory |\n|---|---|---|---|---|',
  );
  for (const [name, own] of results) {
    const row = [
      thousands(median(own.map(({ requestsPerCpuSecond }) => requestsPerCpuSecond))),
      own.some(({ steadyPerCpuSecond }) => steadyPerCpuSecond === null)
        ? ''
        : thousands(median(own.map(({ steadyPerCpuSecond }) => steadyPerCpuSecond ?? 0))),
      thousands(median(own.map(({ requestsPerSecond }) => requestsPerSecond))),
      `${Math.round(median(own.map(({ rssBytes }) => rssBytes)) / 1e6)} MB`,
    ];
    console.log(`| ${[name, ...row].join(' | ')} |`);
  }
}

async function benchUsers(url: string): Promise<void> {
  console.log('\n1,000 virtual users\n');
  console.log('| load | requests per second | memory of the load process |\n|---|---|---|');
  for (const [name, load] of [
    ['think time 1 to 3 s', '{ model: closed, users: 1000, thinkTime: 1s..3s }'],
    ['no think time', '{ model: closed, users: 1000 }'],
  ] as const) {
    const measured = await measureOurs(url, load);
    if (measured)
      console.log(`| ${name} | ${thousands(measured.requestsPerSecond)} | ${Math.round(measured.rssBytes / 1e6)} MB |`);
  }
}

/** Truth: a tenth of the arrivals meets a stall and waits evenly up to 200 ms, so p99 is 180 ms. */
async function benchStalls(): Promise<void> {
  console.log(
    '\nA service that is paused for 200 ms every 2 s, 100 arrivals a second (truth: p50 below 1 ms, p99 180 ms)\n',
  );
  console.log('| generator | p50 | p99 | max |\n|---|---|---|---|');
  const target = await startTarget();
  await target.tell('stall');
  const intervals: RequestInterval[] = [];
  const load = await startLoad({
    scenario: scenarioOf(
      `{ model: open, rate: 100/s, duration: ${STALL_SECONDS}s }`,
      '  - request: { name: ok, path: /ok }',
    ),
    baseUrl: target.url,
    seed: 1,
    onInterval: (batch) => intervals.push(...batch),
  });
  await load.start();
  await load.ended;
  await load.stop();
  const [ours] = summariseRequests(intervals);
  if (ours)
    console.log(
      `| profiler load | ${ours.p50Ms.toFixed(1)} ms | ${ours.p99Ms.toFixed(0)} ms | ${ours.maxMs.toFixed(0)} ms |`,
    );
  if (values.peers.includes('autocannon')) {
    const { result } = runAutocannon(target.url, ['-c', '10', '-R', '100', '-d', String(STALL_SECONDS)]);
    const { p50, p99, max } = result.latency;
    console.log(`| ${AUTOCANNON} -R 100 | ${p50} ms | ${p99} ms | ${max} ms |`);
  }
  await target.close();
}

async function measureOurs(baseUrl: string, profile: string, tasks: string = STATIC): Promise<Measured | null> {
  const load = await startLoad({ scenario: scenarioOf(profile, tasks), baseUrl, seed: 1 });
  pin(load.pid, 1);
  await load.start();
  // Compiling and connecting are over then.
  await sleep(2500);
  const first = load.totals();
  await sleep(SECONDS * 1000);
  const last = load.totals();
  await load.stop();
  return first && last ? between(first, last) : null;
}

function between(first: LoadTotals, last: LoadTotals): Measured {
  const requests = last.completed - first.completed;
  return {
    requestsPerCpuSecond: (1000 * last.completed) / last.generator.cpuMs,
    steadyPerCpuSecond: (1000 * requests) / (last.generator.cpuMs - first.generator.cpuMs),
    requestsPerSecond: (1000 * requests) / (last.atMonoMs - first.atMonoMs),
    rssBytes: last.generator.rssBytes,
  };
}

interface AutocannonResult {
  readonly requests: { readonly total: number };
  readonly duration: number;
  readonly latency: { readonly p50: number; readonly p99: number; readonly max: number };
}

function measureAutocannon(url: string): Measured {
  const { result, cpuMs, rssBytes } = runAutocannon(url, ['-c', String(USERS), '-d', String(SECONDS + 2)]);
  return {
    requestsPerCpuSecond: (1000 * result.requests.total) / cpuMs,
    steadyPerCpuSecond: null,
    requestsPerSecond: result.requests.total / result.duration,
    rssBytes,
  };
}

function runAutocannon(
  url: string,
  words: readonly string[],
): { readonly result: AutocannonResult; readonly cpuMs: number; readonly rssBytes: number } {
  const folder = join(CACHE, 'node_modules', 'autocannon');
  if (!existsSync(folder)) {
    mkdirSync(CACHE, { recursive: true });
    execFileSync('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--prefix', CACHE, AUTOCANNON]);
  }
  return runMeasured(process.execPath, [join(folder, 'autocannon.js'), '-j', '-n', ...words, url]);
}

/** GNU time says what the whole program took. */
function runMeasured(
  program: string,
  words: readonly string[],
): { readonly result: AutocannonResult; readonly cpuMs: number; readonly rssBytes: number } {
  const report = join(tmpdir(), `bench-load-${process.pid}`);
  const onOneCore = CAN_PIN ? ['taskset', '-c', '1'] : [];
  const run = spawnSync('/usr/bin/time', ['-o', report, '-f', '%U %S %M', ...onOneCore, program, ...words], {
    encoding: 'utf8',
  });
  if (run.status !== 0) throw new Error(`${program} failed: ${run.error?.message ?? run.stderr}`);
  const [user = 0, system = 0, kilobytes = 0] = readFileSync(report, 'utf8')
    .trim()
    .split('\n')
    .at(-1)!
    .split(' ')
    .map(Number);
  rmSync(report);
  const json = run.stdout.trim().split('\n').at(-1) ?? '';
  return {
    result: (json.startsWith('{') ? JSON.parse(json) : {}) as AutocannonResult,
    cpuMs: (user + system) * 1000,
    rssBytes: kilobytes * 1024,
  };
}

function measureK6(url: string): Measured {
  const script = join(tmpdir(), `bench-load-${process.pid}.js`);
  const summary = `${script}on`;
  writeFileSync(
    script,
    `import http from 'k6/http';
export const options = { vus: ${USERS}, duration: '${SECONDS + 2}s' };
export default function () { http.get('${url}/'); }`,
  );
  const { cpuMs, rssBytes } = runMeasured('k6', ['run', '--quiet', '--summary-export', summary, script]);
  const { metrics } = JSON.parse(readFileSync(summary, 'utf8')) as {
    metrics: { http_reqs: { count: number; rate: number } };
  };
  rmSync(script);
  rmSync(summary);
  const { count, rate } = metrics.http_reqs;
  return { requestsPerCpuSecond: (1000 * count) / cpuMs, steadyPerCpuSecond: null, requestsPerSecond: rate, rssBytes };
}

/** All threads of a process on one core: what migrates between two costs more, and differently each time. */
function pin(pid: number, core: number): void {
  if (CAN_PIN) spawnSync('taskset', ['-a', '-p', '-c', String(core), String(pid)], { stdio: 'ignore' });
}

function isInstalled(program: string): boolean {
  return spawnSync(program, ['version'], { stdio: 'ignore' }).status === 0;
}

function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}

function thousands(value: number): string {
  return Math.round(value).toLocaleString('en');
}
