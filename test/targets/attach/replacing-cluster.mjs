// A cluster of two workers whose primary replaces each that ends. Tells the pid of each worker that listens.
import cluster from 'node:cluster';
import { createServer } from 'node:http';

if (cluster.isPrimary) {
  let listening = 0;
  cluster.on('listening', (worker, { port }) => {
    listening += 1;
    process.stdout.write(`worker ${worker.process.pid}\n`);
    if (listening === 2) process.stdout.write(`ready ${port}\n`);
  });
  cluster.on('exit', () => cluster.fork());
  cluster.fork();
  cluster.fork();
} else {
  createServer((_request, response) => response.end('ok\n')).listen(0, '127.0.0.1');
  process.on('disconnect', () => process.exit());
}
