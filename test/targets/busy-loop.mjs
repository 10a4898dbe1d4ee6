// A service whose CPU goes where anybody can see it: `burnCpu`, 10 of every 20 ms. It calls itself, so that V8 cannot
// make it a part of whoever calls it.
//   node busy-loop.mjs [--port N]
import { createServer } from 'node:http';

function burnCpu(n) {
  return n < 2 ? n : burnCpu(n - 1) + burnCpu(n - 2);
}

const ticker = setInterval(() => {
  const untilMs = performance.now() + 10;
  while (performance.now() < untilMs) burnCpu(18);
}, 20);
const server = createServer((_request, response) => response.end('ok'));
const portAt = process.argv.indexOf('--port');
server.listen(portAt < 0 ? 0 : Number(process.argv[portAt + 1]), '127.0.0.1', () => {
  const { address: host, port } = server.address();
  console.log(JSON.stringify({ listening: { host, port }, pid: process.pid }));
});
process.once('SIGTERM', () => {
  clearInterval(ticker);
  server.close();
});
