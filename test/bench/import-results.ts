import { spawnSync } from 'node:child_process';
import { createWriteStream, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { seededRandom } from '../helpers/series.ts';

/**
 * How fast `profiler import` reads, and how much memory it takes: files of some hours of load, made here, of one and of
 * three million requests. Memory must not grow with the file.
 *
 *     npm run build && node dist/test/bench/import-results.js [millions of requests]
 */
const START_MS = Date.parse('2026-01-01T00:00:00Z');
const NAMES = ['lock-proof', 'ledger', 'health', 'enroll', 'search'];
/** Beside its duration, k6 writes these of each request. */
const K6_OTHERS = [
  'http_reqs',
  'http_req_blocked',
  'http_req_connecting',
  'http_req_sending',
  'http_req_waiting',
  'http_req_receiving',
  'http_req_failed',
];
const RATE_PER_SECOND = 200;

interface Shape {
  readonly format: string;
  readonly extension: string;
  readonly head: string;
  readonly request: (wallMs: number, name: string, durationMs: number, ok: boolean) => string;
}

const SHAPES: readonly Shape[] = [
  {
    format: 'k6 --out json, 8 lines a request',
    extension: 'json',
    head: '{"type":"Metric","data":{"name":"http_reqs","type":"counter"},"metric":"http_reqs"}\n',
    request: (wallMs, name, durationMs, ok) => {
      const line = (metric: string, value: number): string =>
        `{"metric":"${metric}","type":"Point","data":{"time":"${new Date(wallMs).toISOString()}","value":${value},"tags":{"expected_response":"${ok}","group":"","method":"GET","name":"${name}","proto":"HTTP/1.1","scenario":"default","status":"${ok ? 200 : 500}","url":"http://127.0.0.1:3000/${name}"}}}\n`;
      return line('http_req_duration', durationMs) + K6_OTHERS.map((metric) => line(metric, 1)).join('');
    },
  },
  {
    format: 'JMeter CSV',
    extension: 'jtl',
    head: 'timeStamp,elapsed,label,responseCode,responseMessage,threadName,dataType,success,failureMessage,bytes,sentBytes,grpThreads,allThreads,URL,Latency,IdleTime,Connect\n',
    request: (wallMs, name, durationMs, ok) =>
      `${Math.round(wallMs)},${Math.round(durationMs)},${name},${ok ? '200,OK' : '500,Internal Server Error'},Users 1-1,text,${ok},,310,180,20,20,http://127.0.0.1:3000/${name},${Math.round(durationMs)},0,0\n`,
  },
  {
    format: 'Gatling text',
    extension: 'log',
    head: `RUN\tOrders\torders\t${START_MS}\t \t3.11.5\n`,
    request: (wallMs, name, durationMs, ok) =>
      `REQUEST\t\t${name}\t${Math.round(wallMs - durationMs)}\t${Math.round(wallMs)}\t${ok ? 'OK' : 'KO'}\t${ok ? ' ' : 'status.find.is(200), but actually found 500'}\n`,
  },
];

function* contentOf({ head, request }: Shape, requests: number): Generator<string> {
  const random = seededRandom(7);
  yield head;
  for (let i = 0; i < requests; ) {
    const lines: string[] = [];
    for (const until = Math.min(requests, i + 1000); i < until; i += 1) {
      const durationMs = 2 - 8 * Math.log(1 - random());
      lines.push(
        request(START_MS + (1000 * i) / RATE_PER_SECOND, NAMES[i % NAMES.length] ?? '', durationMs, random() > 0.001),
      );
    }
    yield lines.join('');
  }
}

function measureImport(
  file: string,
  folder: string,
): { readonly seconds: number; readonly cpuSeconds: number; readonly peakMb: number } {
  const main = fileURLToPath(new URL('../../src/cli/run-cli.js', import.meta.url));
  const script = `import { runCli } from ${JSON.stringify(main)};
const start = performance.now();
const code = await runCli(['import', ${JSON.stringify(file)}, '--out', ${JSON.stringify(join(folder, 'run'))}, '--force', '--quiet']);
const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
console.error(JSON.stringify({ code, seconds: (performance.now() - start) / 1000, cpuSeconds: (userCPUTime + systemCPUTime) / 1e6, peakMb: maxRSS / 1024 }));`;
  const { stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
  const result = JSON.parse(stderr.trim().split('\n').at(-1) ?? '{}') as {
    code: number;
    seconds: number;
    cpuSeconds: number;
    peakMb: number;
  };
  if (result.code !== 0) throw new Error(stderr);
  return result;
}

const folder = mkdtempSync(join(tmpdir(), 'profiler-bench-import-'));
try {
  const largest = Number(process.argv[2] ?? 3);
  console.log('| format | requests | file | time | CPU | peak RSS |\n|---|--:|--:|--:|--:|--:|');
  for (const shape of SHAPES) {
    for (const millions of [largest / 3, largest]) {
      const file = join(folder, `results.${shape.extension}`);
      await pipeline(Readable.from(contentOf(shape, Math.round(millions * 1e6))), createWriteStream(file));
      const { seconds, cpuSeconds, peakMb } = measureImport(file, folder);
      const size = (statSync(file).size / 1e6).toFixed(0);
      console.log(
        `| ${shape.format} | ${millions} million | ${size} MB | ${seconds.toFixed(1)} s | ${cpuSeconds.toFixed(1)} s | ${peakMb.toFixed(0)} MB |`,
      );
      rmSync(file);
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
