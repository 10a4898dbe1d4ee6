// A service that answers a request in 20 ms and at most four at once: 200 a second, whatever the machine. Run by a test.
import { createServer } from 'node:http';

const SLOTS = 4;
const WORK_MS = 20;
const waiting: (() => void)[] = [];
let busy = 0;

function work(done: () => void): void {
  if (busy === SLOTS) {
    waiting.push(() => work(done));
    return;
  }
  busy++;
  setTimeout(() => {
    busy--;
    done();
    waiting.shift()?.();
  }, WORK_MS);
}

const server = createServer((_, response) => work(() => response.end('ok')));
process.on('disconnect', () => process.exit());
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send?.({ port: typeof address === 'object' ? address?.port : 0 });
});
