// A plain service. Answers `/` and tells at `/self` what a profiler could have left behind in it.
import { createServer } from 'node:http';

const ours = () => Object.getOwnPropertySymbols(globalThis).filter((key) => key.description === 'soak-profiler').length;

const server = createServer((request, response) => {
  if (request.url !== '/self') return response.end('ok\n');
  response.setHeader('connection', 'close');
  response.end(
    JSON.stringify({
      resources: process
        .getActiveResourcesInfo()
        .filter((name) => name !== 'TCPSocketWrap')
        .sort(),
      listeners: process.eventNames().map((name) => `${String(name)} ${process.listenerCount(name)}`),
      globals: Object.getOwnPropertyNames(globalThis).length,
      ours: ours(),
      debugPort: process.debugPort,
    }),
  );
});
server.listen(Number(process.argv[2]) || 0, '127.0.0.1', () => console.log(`ready ${server.address().port}`));
