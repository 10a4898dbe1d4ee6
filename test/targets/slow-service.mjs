// A service that manages so many requests a second (`--per-second 100`), whatever the machine: the rest waits its turn.
// /hang never answers; /seen says how many requests came and when the last did (monotonic milliseconds); neither counts.
import { createServer } from 'node:http';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    'per-second': { type: 'string', default: '100' },
  },
});
const SLOTS = 2;
const workMs = (1000 * SLOTS) / Number(values['per-second']);
const waiting = [];
let busy = 0;
let requests = 0;
let lastMs = 0;

function begin(answer) {
  if (busy === SLOTS) {
    waiting.push(answer);
    return;
  }
  busy += 1;
  setTimeout(() => {
    busy -= 1;
    answer();
    const next = waiting.shift();
    if (next) begin(next);
  }, workMs);
}

const server = createServer((request, response) => {
  if (request.url === '/seen') {
    response.end(JSON.stringify({ requests, lastMs }));
    return;
  }
  requests += 1;
  lastMs = Number(process.hrtime.bigint()) / 1e6;
  if (request.url !== '/hang') begin(() => response.end('ok'));
});
server.listen(Number(values.port), '127.0.0.1', () => {
  const { address: host, port } = server.address();
  console.log(JSON.stringify({ listening: { host, port }, pid: process.pid }));
});
process.on('SIGTERM', () => process.exit(0));
