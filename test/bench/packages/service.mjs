// The service of `npm run bench:packages`: a little work a request, and what it cost the process so far.
//   node service.mjs [--port N] [--objects N]
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { monitorEventLoopDelay } from 'node:perf_hooks';

const option = (name) => Number(process.argv[process.argv.indexOf(name) + 1]) || 0;
const objects = process.argv.includes('--objects') ? option('--objects') : 0;
globalThis.kept = Array.from({ length: objects }, (_, n) => ({ n, text: `order ${n}` }));

const delays = monitorEventLoopDelay({ resolution: 5 });
delays.enable();
let requests = 0;
let before = process.cpuUsage();

function status(name) {
  return 1024 * Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(readFileSync('/proc/self/status', 'utf8'))[1]);
}

function work() {
  let text = 'order';
  for (let at = 0; at < 50; at += 1) text = createHash('md5').update(text).digest('hex');
  return JSON.stringify({ text, lines: Array.from({ length: 20 }, (_, n) => ({ n, cents: n * 17 })) });
}

function reset() {
  // What the process held at most counts from here.
  writeFileSync('/proc/self/clear_refs', '5');
  delays.reset();
  requests = 0;
  before = process.cpuUsage();
  return { rssBytes: status('VmRSS') };
}

function self() {
  const { user, system } = process.cpuUsage(before);
  const pauseMs = delays.max / 1e6;
  return { pid: process.pid, cpuMs: (user + system) / 1000, requests, pauseMs, peakBytes: status('VmHWM') };
}

const server = createServer(({ url }, response) => {
  if (url === '/reset') return response.end(JSON.stringify(reset()));
  if (url === '/self') return response.end(JSON.stringify(self()));
  requests += 1;
  response.end(work());
});
// A heap snapshot stops it for longer than connections are kept by default.
server.keepAliveTimeout = 300_000;
server.listen(option('--port'), '127.0.0.1', () => {
  const { address: host, port } = server.address();
  process.stdout.write(`${JSON.stringify({ listening: { host, port }, pid: process.pid })}\n`);
});
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit());
