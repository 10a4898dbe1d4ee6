// A service that ends in the way that it is told. Runs on Node 18 to 26 as it is.
//   node ending.mjs [--port N] --by graceful|exit|default|natural|throw [--workers 2] [--brief-worker] [--objects 400000]
// graceful  SIGTERM closes the server; the process ends when nothing is left to do
// exit      process.exit(0) in the handler of SIGTERM
// default   no handler of SIGTERM
// natural   no signal: GET /finish closes the server
// throw     the handler of SIGTERM throws
// It writes `ending` when it begins to end, where it has a chance to.
import { writeSync } from 'node:fs';
import { createServer } from 'node:http';
import { Worker } from 'node:worker_threads';

const by = option('--by', 'graceful');
const kept = Array.from({ length: Number(option('--objects', '0')) }, (_, index) => ({ index, next: { index } }));
const workers = Array.from(
  { length: Number(option('--workers', '0')) },
  () => new Worker('setInterval(() => {}, 20)', { eval: true }),
);
if (process.argv.includes('--brief-worker')) new Worker('setTimeout(() => process.exit(0), 300)', { eval: true });
const ticker = setInterval(() => kept.length, 100);
let closing = false;

const server = createServer((request, response) => {
  if (request.url === '/hold') return; // never answered: keeps the process from ending
  if (closing) response.setHeader('connection', 'close');
  response.end('{"status":"ok"}');
  if (request.url === '/finish') close();
});
server.listen(Number(option('--port', '0')), '127.0.0.1', () => {
  const { address: host, port } = server.address();
  console.log(JSON.stringify({ listening: { host, port }, pid: process.pid }));
});

if (by !== 'default' && by !== 'natural') {
  process.once('SIGTERM', () => {
    if (by === 'graceful') {
      close();
      return;
    }
    tell();
    if (by === 'throw') throw new Error('as asked for');
    process.exit(0);
  });
}

function close() {
  tell();
  closing = true;
  clearInterval(ticker);
  for (const worker of workers) void worker.terminate();
  server.close();
  server.closeIdleConnections?.();
}

function tell() {
  writeSync(1, 'ending\n');
}

function option(name, fallback) {
  const index = process.argv.indexOf(name);
  return index === -1 ? fallback : (process.argv[index + 1] ?? fallback);
}
