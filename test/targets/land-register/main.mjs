// A land register on plain node:http that holds some hundred megabytes of small objects, and leaks about 1 KB a request on one
// route of three. Runs on Node 18 to 26.
//   node main.mjs [--port N] [--fault NAME] [--megabytes N] [--stock static|turning|filling|far]
// `turning`: the parcels are a cache at its bound, of which each request replaces one. `filling`: a cache that reaches its bound
// 2,000 requests from now; `far`: 100,000 requests from now. Without a fault each route keeps nothing.
import { EventEmitter } from 'node:events';
import { createServer } from 'node:http';
import { announce, host, port, readFault } from '../lib/boot.mjs';
import { createHistory } from './history.mjs';
import { fillingStock, staticStock, turningStock } from './stock.mjs';

const fault = readFault(['searches', 'history', 'watchers']);
const megabytes = Number(optionOf('--megabytes', '100'));
const STOCKS = {
  static: () => staticStock(megabytes),
  turning: () => turningStock(megabytes),
  filling: () => fillingStock(megabytes, 2_000),
  far: () => fillingStock(megabytes, 100_000),
};
const IN_PROGRESS_MS = 40;

class Search {
  constructor(number) {
    this.number = number;
    this.words = [`street ${number % 100}`, `town ${number % 17}`];
    this.hits = Array.from({ length: 14 }, (_, i) => ({ parcel: number * i, score: 1 / (i + 1) }));
    this.atMs = Date.now();
  }
}

const stock = STOCKS[optionOf('--stock', 'static')]();
const searches = new Map();
const history = createHistory();
const changes = new EventEmitter().setMaxListeners(0);
let served = 0;

const HANDLERS = {
  searches(number) {
    const search = new Search(number);
    if (fault === 'searches') searches.set(number, search);
    return search.hits.length;
  },
  history(number) {
    return history.note(number, fault === 'history');
  },
  watchers(number) {
    const wanted = Array.from({ length: 14 }, (_, i) => ({ parcel: number + i, atMs: Date.now() }));
    const onChange = (parcel) => wanted.some((one) => one.parcel === parcel);
    changes.on('change', onChange);
    if (fault !== 'watchers') changes.off('change', onChange);
    return wanted.length;
  },
  parcels(number) {
    return stock.look(number).corners.length;
  },
};

const server = createServer(async (request, response) => {
  const route = request.url.split('?')[0].slice(1);
  const handler = HANDLERS[route];
  if (!handler) return response.writeHead(route === 'health' ? 200 : 404).end('{}');
  served += 1;
  const count = handler(served);
  // What a request holds while it waits for something.
  const draft = Array.from({ length: 10 }, (_, i) => ({ line: i, of: served }));
  await new Promise((resolve) => setTimeout(resolve, IN_PROGRESS_MS));
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ count, lines: draft.length }));
});
server.listen(port, host, () => announce(server, () => server.closeAllConnections?.()));

function optionOf(name, fallback) {
  const index = process.argv.indexOf(name);
  return index === -1 ? fallback : process.argv[index + 1];
}
