// A shop on Express 5.   node main.mjs [--port N] [--fault NAME]
import express from 'express';
import { announce, host, port, readFault } from '../lib/boot.mjs';
import { Carts } from './lib/carts.mjs';
import { FailedOrders, OrderRejected } from './lib/failed-orders.mjs';
import { LruCache } from './lib/lru-cache.mjs';
import { memoize } from './lib/memoize.mjs';
import { computeQuote } from './lib/quotes.mjs';
import { SessionStore } from './lib/session-store.mjs';

const fault = readFault(['cart-map', 'lru-broken', 'session-store', 'memo-objects', 'error-log']);

const carts = new Carts({ forgetsGuests: fault !== 'cart-map' });
const recentlyViewed = new LruCache(300, { evictsByEntry: fault === 'lru-broken' });
const sessions = new SessionStore({ lifetimeMs: 3_000, comparesSeconds: fault === 'session-store' });
const quote = memoize(computeQuote, fault === 'memo-objects' ? (basket) => basket : (basket) => JSON.stringify(basket));
const failedOrders = new FailedOrders({ limit: fault === 'error-log' ? Number.POSITIVE_INFINITY : 100 });

const app = express();
app.disable('x-powered-by');
app.use(express.json());

app.get('/health', (_request, response) => {
  response.json({ status: 'ok' });
});

// A guest buys one thing at once: fills a cart and checks it out.
app.post('/carts', (request, response) => {
  const cart = carts.open(request.body.guest, request.get('user-agent'));
  cart.put(request.body.article, 1 + (request.body.guest.length % 3));
  const receipt = carts.checkOut(cart);
  response.status(201).json(receipt);
});

app.get('/articles/:article', (request, response) => {
  const visitor = String(request.query.visitor);
  const viewed = recentlyViewed.get(visitor) ?? { visitor, articles: [], referrers: new Array(24).fill(null) };
  viewed.articles.push({ article: request.params.article, atMs: Date.now() });
  recentlyViewed.set(visitor, viewed);
  response.json({ article: request.params.article, alsoViewed: viewed.articles.length });
});

app.post('/sessions', (request, response) => {
  const session = sessions.create(request.body.user);
  response.status(201).json({ token: session.token });
});

app.post('/quotes', (request, response) => {
  response.json(quote(request.body));
});

app.post('/orders', (request, response, next) => {
  const { order, card } = request.body;
  if (card !== 'valid') next(new OrderRejected(order, { card, headers: { ...request.headers } }));
  else response.status(201).json({ order });
});

app.use((error, _request, response, next) => {
  if (!(error instanceof OrderRejected)) return next(error);
  failedOrders.add(error);
  response.status(402).json({ error: 'payment_required', order: error.order });
});

const server = app.listen(port, host, () => announce(server, () => sessions.close()));
