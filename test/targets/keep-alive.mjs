// An HTTP server that closes connections which were idle for 500 ms (--keep-alive MS).
import { createServer } from 'node:http';
import process from 'node:process';

const argument = (name, otherwise) => {
  const at = process.argv.indexOf(name);
  return at < 0 ? otherwise : Number(process.argv[at + 1]);
};
const server = createServer((_, response) => response.end('ok'));
server.keepAliveTimeout = argument('--keep-alive', 500);
server.listen(argument('--port', 0), '127.0.0.1', () => {
  const { address: host, port } = server.address();
  console.log(JSON.stringify({ listening: { host, port }, pid: process.pid }));
});
