// Prints big arguments all the time, as an open inspector would keep them alive.
import { createServer } from 'node:http';

const server = createServer((_request, response) => {
  for (let index = 0; index < 200; index += 1) console.debug('kept', new Array(20_000).fill(index + 0.5));
  globalThis.gc();
  response.setHeader('connection', 'close');
  response.end(String(process.memoryUsage().heapUsed));
});
console.log = (text) => process.stdout.write(`${text}\n`);
server.listen(0, '127.0.0.1', () => console.log(`ready ${server.address().port}`));
