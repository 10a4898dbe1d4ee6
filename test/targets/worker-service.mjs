// An HTTP service that hands each request to one of two worker threads, by turns: `--fault leak` lets these keep what they did, and
// `--blocked` starts a third that waits in Atomics.wait for ever.
import { createServer } from 'node:http';
import process from 'node:process';
import { Worker } from 'node:worker_threads';

const argument = (name, otherwise) => {
  const at = process.argv.indexOf(name);
  return at < 0 ? otherwise : process.argv[at + 1];
};
const workerData = { leaks: argument('--fault', 'none') === 'leak' };
const pool = [1, 2].map(
  () => new Worker(new URL('./worker-service/mailer.mjs', import.meta.url), { name: 'mailer', workerData }),
);
if (process.argv.includes('--blocked'))
  new Worker('Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)', { eval: true }).unref();

let asked = 0;
const waiting = new Map();
for (const worker of pool)
  worker.on('message', ({ id, text }) => {
    const response = waiting.get(id);
    waiting.delete(id);
    response.end(text);
  });
const server = createServer((request, response) => {
  asked += 1;
  waiting.set(asked, response);
  pool[asked % pool.length].postMessage({ id: asked, url: request.url });
});
server.listen(Number(argument('--port', 0)), '127.0.0.1', () => {
  const { address: host, port } = server.address();
  console.log(JSON.stringify({ listening: { host, port }, pid: process.pid }));
});
process.on('SIGTERM', () => process.exit(0));
process.on('SIGUSR2', () => pool[0].terminate());
