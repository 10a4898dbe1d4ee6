// Serves on the port that its environment names, or on none: its command line is the same wherever it serves.
import { createServer } from 'node:http';

const { PORT } = process.env;
if (PORT === undefined) {
  setInterval(() => {}, 60_000);
  console.log('ready 0');
} else {
  const server = createServer((_request, response) => response.end('ok\n'));
  server.listen(Number(PORT), '127.0.0.1', () => console.log(`ready ${server.address().port}`));
}
