// A service with one fault that Clinic Doctor names, under a load of its own, for some seconds.
//   node service.mjs io|event-loop|gc [SECONDS]
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';

// The tests start it as `service.mjs --port 0 FAULT`, Clinic as `service.mjs FAULT SECONDS`.
const [fault, seconds = '600'] = process.argv.slice(process.argv[2] === '--port' ? 4 : 2);
const held = new Map();

const ANSWERS = {
  // Waits for something that is slow, and does nothing meanwhile.
  io: (response) => setTimeout(() => response.end('ok'), 40),
  // Computes, so that nothing else of the service goes on meanwhile.
  'event-loop': (response) => {
    const until = performance.now() + 50;
    while (performance.now() < until);
    response.end('ok');
  },
  // Thousands of objects that live for a while: every collection has to copy or mark them.
  gc: (response) => {
    for (let n = 0; n < 12_000; n += 1) held.set(held.size % 400_000, { n, text: `order ${n}`, parts: [{ n }, { n }] });
    if (held.size >= 400_000) held.clear();
    response.end('ok');
  },
};

const LOAD = `
  const { Agent, get } = require('node:http');
  const agent = new Agent({ keepAlive: true, maxSockets: 4 });
  const next = (port) => get({ port, agent, host: '127.0.0.1' }, (response) => { response.resume(); response.once('end', () => next(port)); }).once('error', () => {});
  for (let n = 0; n < 4; n += 1) next(Number(process.argv[1]));
`;

const server = createServer((_request, response) => ANSWERS[fault](response));
server.listen(0, '127.0.0.1', () => {
  const { address: host, port } = server.address();
  // Without what a tool that watches this process has put into its environment.
  const load = spawn(process.execPath, ['-e', LOAD, String(port)], { env: {}, stdio: 'ignore' });
  process.stdout.write(`${JSON.stringify({ listening: { host, port }, pid: process.pid })}\n`);
  setTimeout(() => {
    load.kill();
    server.closeAllConnections();
    server.close();
  }, Number(seconds) * 1000);
});
