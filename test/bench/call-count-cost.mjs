// What it costs a service that its calls are counted (V8's precise coverage), by the size of its heap:
//   npm run bench:call-counts -- [MEGABYTES]
// An Express service in this process answers requests of its own, two seconds with and two without, five times in turn. Prints the
// medians: CPU a request, and how long the main thread is paused to begin, to read and to end.
import http from 'node:http';
import { Session } from 'node:inspector/promises';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import express from 'express';

const ROUNDS = 5;
const BURST_MS = 2_000;
const CLIENTS = 8;
const OBJECTS_A_MEGABYTE = 8_000;

const held = Array.from({ length: Number(process.argv[2] ?? 0) * OBJECTS_A_MEGABYTE }, (_, i) => ({
  i,
  text: `v${i}`,
  list: [i],
}));
const app = express();
let served = 0;
app.get('/', (_request, response) => {
  const rows = Array.from({ length: 50 }, (_, i) => ({ i, text: `row ${i}` }));
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

async function cpuMsPerRequest() {
  const untilMs = performance.now() + BURST_MS;
  const before = process.cpuUsage();
  let count = 0;
  const client = async () => {
    for (; performance.now() < untilMs; count++) await ask();
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / count;
}

const session = new Session();
session.connect();
async function timed(method, params) {
  const fromMs = performance.now();
  await session.post(method, params);
  return performance.now() - fromMs;
}

const seen = { off: [], on: [], begin: [], read: [], end: [] };
await session.post('Profiler.enable');
await cpuMsPerRequest();
for (let round = 0; round < ROUNDS; round++) {
  seen.off.push(await cpuMsPerRequest());
  seen.begin.push(await timed('Profiler.startPreciseCoverage', { callCount: true, detailed: false }));
  seen.on.push(await cpuMsPerRequest());
  seen.read.push(await timed('Profiler.takePreciseCoverage'));
  seen.end.push(await timed('Profiler.stopPreciseCoverage'));
  await cpuMsPerRequest();
}
const median = (values) => values.sort((a, b) => a - b)[values.length >> 1].toFixed(3);
const heapMb = Math.round(process.memoryUsage().heapUsed / 1e6);
process.stdout.write(`Node ${process.version}, ${heapMb} MB of heap (${held.length} objects held)\n`);
process.stdout.write(`CPU a request: ${median(seen.off)} ms, while calls are counted ${median(seen.on)} ms\n`);
process.stdout.write(
  `pauses: begin ${median(seen.begin)} ms, read ${median(seen.read)} ms, end ${median(seen.end)} ms\n`,
);
process.exit();
