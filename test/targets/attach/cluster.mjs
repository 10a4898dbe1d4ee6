// One service in two worker processes, or as many as are asked for.
import cluster from 'node:cluster';
import { createServer } from 'node:http';

if (cluster.isPrimary) {
  const workers = Array.from({ length: Number(process.argv[2] ?? 2) }, () => cluster.fork());
  let listening = 0;
  cluster.on('listening', (_worker, { port }) => {
    listening += 1;
    if (listening === workers.length) process.stdout.write(`ready ${port}\n`);
  });
} else {
  createServer((_request, response) => response.end('ok\n')).listen(0, '127.0.0.1');
  process.on('disconnect', () => process.exit());
}
