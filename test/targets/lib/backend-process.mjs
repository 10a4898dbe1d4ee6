// The backend that services call: /fast at once, /slow after 400 ms.
import { createServer } from 'node:http';

const SLOW_MS = 400;
const server = createServer((request, response) => {
  const answer = () => response.end(JSON.stringify({ path: request.url }));
  if (request.url === '/slow') setTimeout(answer, SLOW_MS);
  else answer();
});
server.keepAliveTimeout = 120_000;
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
process.stdin.resume().once('end', () => process.exit(0));
