// A mail service with metrics of its own at /metrics (prom-client).
//   node metrics-service.mjs [--port N] [--fault NAME]        (or FAULT=NAME)
// Faults:
//   queue   the worker sends fewer mails than come in: mail_queue_depth grows on and on
//   cache   ever more customers share a cache that keeps 100: the share of hits falls
//   labels  requests are counted under the whole path, number included: ever more series
// Healthy twin: the queue is emptied 50 times a second, 80 customers fit into the cache, paths are counted by pattern.
import { createServer } from 'node:http';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { announce, host, port, readFault } from './lib/boot.mjs';

const fault = readFault(['queue', 'cache', 'labels']);
const CACHE_SIZE = 100;
const SLOW_WORKER_SENDS = 1;
const WORKER_INTERVAL_MS = 20;
const HEALTHY_CUSTOMERS = 80;

const registry = new Registry();
const registers = [registry];
collectDefaultMetrics({ register: registry });
const queue = [];
new Gauge({
  name: 'mail_queue_depth',
  help: 'Mails that wait to be sent',
  labelNames: ['queue'],
  registers,
  collect() {
    this.set({ queue: 'outgoing' }, queue.length);
  },
});
const sent = new Counter({ name: 'mails_sent_total', help: 'Mails sent', registers });
const hits = new Counter({ name: 'customer_cache_hits_total', help: 'Customers found in the cache', registers });
const misses = new Counter({ name: 'customer_cache_misses_total', help: 'Customers read anew', registers });
const requests = new Counter({
  name: 'http_requests_total',
  help: 'Requests answered',
  labelNames: ['path', 'status'],
  registers,
});
const seconds = new Histogram({ name: 'http_request_duration_seconds', help: 'Time to answer', registers });

const cache = new Map();
let customers = HEALTHY_CUSTOMERS;

function customerOf(number) {
  const known = cache.get(number);
  (known ? hits : misses).inc();
  const customer = known ?? { number, address: `${number}@example.org` };
  cache.delete(number);
  cache.set(number, customer);
  if (cache.size > CACHE_SIZE) cache.delete(cache.keys().next().value);
  return customer;
}

function takeMail(response) {
  if (fault === 'cache') customers += 0.05;
  queue.push({ to: customerOf(Math.floor(Math.random() * customers)).address, atMs: Date.now() });
  response.writeHead(202).end();
}

const worker = setInterval(() => {
  const mails = queue.splice(0, fault === 'queue' ? SLOW_WORKER_SENDS : queue.length);
  sent.inc(mails.length);
}, WORKER_INTERVAL_MS);

const server = createServer((request, response) => {
  const stop = seconds.startTimer();
  const [, first, number] = request.url.split('/');
  response.once('finish', () => {
    const path = fault === 'labels' ? request.url : `/${first}${number ? '/:number' : ''}`;
    requests.inc({ path, status: response.statusCode });
    stop();
  });
  if (request.url === '/metrics') {
    void registry.metrics().then((text) => response.writeHead(200, { 'content-type': registry.contentType }).end(text));
  } else if (request.url === '/health') response.writeHead(200).end('ok');
  else if (request.method === 'POST' && first === 'mails') takeMail(response);
  else response.writeHead(404).end();
});
server.listen(port, host, () => announce(server, () => clearInterval(worker)));
