// What it costs a service that its allocations are sampled (V8's sampling heap profiler, live objects only), by the mean number of
// bytes between two samples:
//   npm run bench:sampling
// An Express service in this process answers requests of its own, a second with each interval and a second with none, in turn.
// Prints the medians: CPU a request, samples a second, and CPU time a sample; and how long it takes to read what was sampled.
import http from 'node:http';
import { Session } from 'node:inspector/promises';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import express from 'express';

const ROUNDS = 9;
const BURST_MS = 1_000;
const CLIENTS = 8;
const KIB = 1024;
const INTERVALS = [32 * KIB, 16 * KIB, 8 * KIB, 4 * KIB, 2 * KIB];

const app = express();
let served = 0;
const kept = [];
app.get('/', (_request, response) => {
  const rows = Array.from({ length: 50 }, (_, i) => ({ i, text: `row ${i}` }));
  kept.push({ served });
  response.json({ id: ++served, rows: JSON.parse(JSON.stringify(rows)) });
});
const server = http.createServer(app).listen(0, '127.0.0.1');
await new Promise((resolve) => server.once('listening', resolve));
const agent = new http.Agent({ keepAlive: true, maxSockets: CLIENTS });

function ask() {
  return new Promise((resolve, reject) => {
    const request = http.get({ port: server.address().port, agent, path: '/' }, (response) =>
      response.resume().on('end', resolve),
    );
    request.on('error', reject);
  });
}

async function drive() {
  const untilMs = performance.now() + BURST_MS;
  const before = process.cpuUsage();
  let count = 0;
  const client = async () => {
    for (; performance.now() < untilMs; count++) await ask();
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
  const { user, system } = process.cpuUsage(before);
  return { cpuMs: (user + system) / 1000 / count, count };
}

const session = new Session();
session.connect();

/** All that is allocated a request, by samples of garbage too. */
async function bytesPerRequest() {
  await session.post('HeapProfiler.startSampling', {
    samplingInterval: 32 * KIB,
    includeObjectsCollectedByMajorGC: true,
    includeObjectsCollectedByMinorGC: true,
  });
  const { count } = await drive();
  const { profile } = await session.post('HeapProfiler.stopSampling');
  return profile.samples.reduce((sum, { size }) => sum + size, 0) / count;
}

await drive();
const bytes = await bytesPerRequest();
const seen = new Map([0, ...INTERVALS].map((interval) => [interval, { cpuMs: [], readMs: [] }]));
for (let round = 0; round < ROUNDS; round++) {
  for (const [interval, { cpuMs, readMs }] of seen) {
    if (interval > 0) await session.post('HeapProfiler.startSampling', { samplingInterval: interval });
    cpuMs.push((await drive()).cpuMs);
    if (interval === 0) continue;
    const fromMs = performance.now();
    await session.post('HeapProfiler.getSamplingProfile');
    readMs.push(performance.now() - fromMs);
    await session.post('HeapProfiler.disable');
  }
}
const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];
const without = median(seen.get(0).cpuMs);
process.stdout.write(`Node ${process.version}, ${Math.round(bytes / KIB)} KiB allocated a request\n`);
process.stdout.write(`no sampling: ${without.toFixed(3)} ms of CPU a request\n`);
for (const [interval, { cpuMs, readMs }] of seen) {
  if (interval === 0) continue;
  const more = median(cpuMs.map((ms, i) => ms - seen.get(0).cpuMs[i]));
  const samples = bytes / interval;
  process.stdout.write(
    `one in ${interval / KIB} KiB: ${median(cpuMs).toFixed(3)} ms (${((100 * more) / without).toFixed(1)} % more), ` +
      `${samples.toFixed(1)} samples a request, ${((1000 * more) / samples).toFixed(1)} us a sample; read in ${median(readMs).toFixed(0)} ms\n`,
  );
}
process.exit();
