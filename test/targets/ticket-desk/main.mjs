// A ticket desk on plain node:http, for regimes of traffic: one leak of each kind, each on a route of its own, and when it
// happens. Runs on Node 18 to 26.
//   node main.mjs [--port N] [--fault NAME] [--when always|errors|fiftieth|late]
// `errors`: only where the request fails (one in five does). `fiftieth`: one in fifty requests, 20 KB each. `late`: from 25 s
// after the first request on. The healthy twin of each route is what it does without its fault.
import { EventEmitter } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { Agent, createServer, get } from 'node:http';
import { connect, createServer as createTcpServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { announce, host, port, readFault } from '../lib/boot.mjs';

const ROUTES = ['tickets', 'parts', 'sold', 'files', 'sockets', 'reminders', 'scans', 'queue'];
const fault = readFault(ROUTES);
const when = process.argv.includes('--when') ? process.argv[process.argv.indexOf('--when') + 1] : 'always';
const OPEN_MS = 2_000;
const LATE_MS = 25_000;
const ERROR_EVERY = 5;
const OWN_FILE = fileURLToPath(import.meta.url);

class Ticket {
  constructor(number, bytes) {
    this.number = number;
    this.boughtMs = Date.now();
    this.seats = Array.from({ length: 4 }, (_, seat) => ({ row: number % 40, seat }));
    this.note = Buffer.alloc(bytes, 't').toString('latin1');
  }
}

class Part {
  constructor(ticket, index) {
    this.ticket = ticket;
    this.index = index;
  }
}

const open = new Map();
const parts = [];
const bus = new EventEmitter().setMaxListeners(0);
const scans = [];
const prices = new Map();
let firstMs = null;
let served = 0;
let closing = Promise.resolve();

// Settles when the desk closes: never.
const queueEnd = new Promise(() => {});

const sweep = setInterval(() => {
  if (fault === 'tickets') return;
  for (const [number, ticket] of open) if (Date.now() - ticket.boughtMs > OPEN_MS) open.delete(number);
}, 500);

const registry = createTcpServer((socket) => socket.on('error', () => {}).resume());
registry.listen(0, host);
const agent = new Agent({ keepAlive: true, maxSockets: 8 });

/** Each route: what it does with request `number`, and `leaks` where it is to be kept. */
const HANDLERS = {
  tickets(number, leaks) {
    const ticket = new Ticket(number, when === 'fiftieth' && leaks ? 20_000 : 700);
    open.set(number, ticket);
    if (fault === 'tickets' && !leaks) open.delete(number);
  },
  parts(number, leaks) {
    const count = 60 + Math.floor(11 * Math.random());
    for (let i = 0; i < count; i += 1) parts.push(new Part(number, i));
    // The last thousand are kept; of a fault, all.
    if (!leaks && parts.length > 1000) parts.splice(0, fault === 'parts' ? count : parts.length - 1000);
  },
  sold(number, leaks) {
    const onSold = (count) => number + count;
    bus.on('sold', onSold);
    if (!leaks) bus.off('sold', onSold);
  },
  files(_number, leaks) {
    const descriptor = openSync(OWN_FILE, 'r');
    if (!leaks) closeSync(descriptor);
  },
  async sockets(_number, leaks) {
    if (!leaks) return await viaAgent();
    const socket = connect(registry.address().port, host);
    await new Promise((resolve) => socket.once('connect', resolve).once('error', resolve));
  },
  reminders(number, leaks) {
    const timer = setTimeout(() => bus.emit('sold', number), leaks ? 3_600_000 : 800);
    timer.unref();
  },
  scans(number, leaks) {
    scans.push(Buffer.alloc(20_000, number % 256));
    if (!leaks) scans.splice(0, fault === 'scans' ? 1 : Math.max(0, scans.length - 50));
  },
  queue(number, leaks) {
    if (leaks) void queueEnd.then(() => number);
    else closing = closing.then(() => number);
    // Prices are looked up once for each of 400 articles: a cache with an end.
    prices.set(number % 400, { article: number % 400, cents: number });
  },
};

function viaAgent() {
  return new Promise((resolve) => {
    const request = get({ host, port: server.address().port, path: '/health', agent }, (answer) => {
      answer.resume().once('end', resolve);
    });
    // A connection that its server has just closed: nobody waits for what it was asked.
    request.once('error', resolve);
  });
}

function leaksNow(route, number, fails) {
  if (route !== fault) return false;
  if (when === 'errors') return fails;
  if (when === 'fiftieth') return number % 50 === 0;
  return when !== 'late' || Date.now() - firstMs > LATE_MS;
}

const server = createServer(async (request, response) => {
  const route = request.url.split('?')[0].slice(1);
  const handler = HANDLERS[route];
  if (!handler) return response.writeHead(route === 'health' ? 200 : 404).end('{}');
  firstMs ??= Date.now();
  served += 1;
  const number = served;
  const fails = number % ERROR_EVERY === 0;
  await handler(number, leaksNow(route, number, fails));
  response.writeHead(fails ? 500 : 200, { 'content-type': 'application/json' }).end(JSON.stringify({ number }));
});
server.listen(port, host, () =>
  announce(server, () => {
    clearInterval(sweep);
    agent.destroy();
    registry.close();
    server.closeAllConnections?.();
    setTimeout(() => process.exit(0), 300).unref();
  }),
);
