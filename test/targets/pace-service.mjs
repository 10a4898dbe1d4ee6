// A service whose work a request is an option: two "builds" of it differ in nothing else.
//   node pace-service.mjs [--port N] [--work-us N]      microseconds of CPU a request (default 300)
import { createServer } from 'node:http';

const workUs = Number(option('--work-us', '300'));

const server = createServer((_request, response) => {
  const untilMs = performance.now() + workUs / 1000;
  let sum = 0;
  while (performance.now() < untilMs) sum += Math.sqrt(sum + 1);
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ sum }));
});

server.listen(Number(option('--port', '0')), '127.0.0.1', () => {
  const { address: host, port } = server.address();
  console.log(JSON.stringify({ listening: { host, port }, pid: process.pid }));
});
process.on('SIGTERM', () => process.exit(0));

function option(name, otherwise) {
  const at = process.argv.indexOf(name);
  return at < 0 ? otherwise : process.argv[at + 1];
}
