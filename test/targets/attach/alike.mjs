// Serves on the port or the path that its environment names, or on none: its command line is the same wherever it serves.
import { createServer } from 'node:http';

const { PORT, SOCK, BESIDE } = process.env;
// A second server, on any port: `BESIDE=1`.
if (BESIDE) createServer(() => {}).listen(0, '127.0.0.1');
if (PORT === undefined && SOCK === undefined) {
  setInterval(() => {}, 60_000);
  console.log('ready 0');
} else {
  const server = createServer((_request, response) => response.end('ok\n'));
  const ready = () => console.log(`ready ${server.address().port ?? 0}`);
  if (SOCK === undefined) server.listen(Number(PORT), '127.0.0.1', ready);
  else server.listen(SOCK, ready);
}
