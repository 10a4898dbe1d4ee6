// A price service on plain node:http. Runs on Node 18 to 26 as it is.
//   node http-service.mjs [--port N] [--fault NAME]        (or FAULT=NAME)
// Faults, on GET /quotes only:
//   leak-listener  each quote listens for new rates and is not removed when it is answered
//   leak-array     each quote is kept in the history, about 500 B each
// Healthy twin: listeners are removed, and the history keeps the last 200 quotes.
import { EventEmitter } from 'node:events';
import { createServer } from 'node:http';

const fault = option('--fault', process.env.FAULT ?? 'none');
const KNOWN_FAULTS = ['none', 'leak-listener', 'leak-array', 'refuse-quotes'];
if (!KNOWN_FAULTS.includes(fault)) {
  console.error(`unknown fault: ${fault}\nknown faults: ${KNOWN_FAULTS.join(', ')}`);
  process.exit(2);
}

const HISTORY_LENGTH = 200;
const RATES_INTERVAL_MS = 5_000;

class RateFeed extends EventEmitter {
  constructor() {
    super();
    this.setMaxListeners(0);
    this.rate = 1;
  }

  publish() {
    this.rate = 1 + Math.sin(Date.now() / 60_000) / 10;
    this.emit('rate', this.rate);
  }
}

class Quote {
  constructor(article, rate, history) {
    this.article = article;
    this.rate = rate;
    this.number = history;
    this.atMs = Date.now();
    this.lines = Array.from({ length: 6 }, (_, line) => ({ line, priceCents: Math.round(100 * rate * (line + 1)) }));
  }
}

const feed = new RateFeed();
const history = [];
let quoted = 0;
const ticker = setInterval(() => feed.publish(), RATES_INTERVAL_MS);

function answerQuote(url, response) {
  const quote = new Quote(url.searchParams.get('article') ?? 'any', feed.rate, quoted++);
  const onRate = (rate) => {
    quote.rate = rate;
  };
  feed.on('rate', onRate);
  response.once('finish', () => {
    if (fault !== 'leak-listener') feed.off('rate', onRate);
  });
  history.push(quote);
  if (fault !== 'leak-array' && history.length > HISTORY_LENGTH) history.shift();
  sendJson(response, 200, quote);
}

function sendJson(response, status, body) {
  const text = JSON.stringify(body);
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
  response.end(text);
}

const server = createServer((request, response) => {
  const url = new URL(request.url, 'http://service');
  if (request.method === 'GET' && url.pathname === '/health') sendJson(response, 200, { status: 'ok' });
  else if (fault === 'refuse-quotes') sendJson(response, 503, { error: 'unavailable' });
  else if (request.method === 'GET' && url.pathname === '/quotes') answerQuote(url, response);
  else sendJson(response, 404, { error: 'not_found' });
});

server.listen(Number(option('--port', '3000')), '127.0.0.1', () => {
  const { address: host, port } = server.address();
  console.log(JSON.stringify({ listening: { host, port }, pid: process.pid }));
});

for (const signal of ['SIGTERM', 'SIGINT']) {
  process.once(signal, () => {
    clearInterval(ticker);
    server.close(() => process.exit(0));
    server.closeIdleConnections?.();
  });
}

function option(name, fallback) {
  const index = process.argv.indexOf(name);
  return index === -1 ? fallback : (process.argv[index + 1] ?? fallback);
}
