// A service with two worker threads. The first adds up and keeps what it made; the second ends when it is asked to.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';

class KeptByThread {
  text = `kept ${Math.random()}`;
}

/** V8 draws what it inlines as its caller, and inlines no call of a function by itself. */
function addUpInThread(steps) {
  return steps < 2 ? steps : addUpInThread(steps - 1) + addUpInThread(steps - 2);
}

if (isMainThread) {
  const threads = ['adding', 'waiting'].map((name) => new Worker(new URL(import.meta.url), { name, workerData: name }));
  await Promise.all(threads.map((thread) => once(thread, 'message')));
  const server = createServer((request, response) => {
    if (request.url === '/end') threads[1].postMessage('end');
    if (request.url === '/self')
      response.end(`${process.listenerCount('exit')} ${process.getActiveResourcesInfo().sort().join(' ')}\n`);
    else response.end('ok\n');
  });
  server.listen(0, '127.0.0.1', () => process.stdout.write(`ready ${server.address().port}\n`));
} else {
  const kept = Array.from({ length: 1_000 }, () => new KeptByThread());
  parentPort.postMessage('here');
  if (workerData === 'waiting') parentPort.once('message', () => process.exit());
  else setInterval(() => kept.push(addUpInThread(28)), 20);
}
