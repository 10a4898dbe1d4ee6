// A shop on Express 5 whose requests can be made slow in several ways.   node main.mjs [--port N] [--fault NAME]
import express from 'express';
import { announce, host, port, readFault } from '../lib/boot.mjs';
import { sendJsonText } from '../lib/send-text.mjs';
import { exportOrders, makeOrders, OrderExport } from './lib/orders.mjs';
import { hashAside, hashNow } from './lib/passwords.mjs';
import { sealReceipt } from './lib/receipts.mjs';
import { renderTerms, TermsOfSale } from './lib/terms.mjs';

const fault = readFault(['blocking-seal', 'sync-read', 'sync-hash', 'big-json', 'no-compression']);

const orders = makeOrders(1_200);
const orderExport = new OrderExport(orders);
const catalogue = JSON.stringify(makeOrders(200));
const terms = new TermsOfSale();
const sealRounds = fault === 'blocking-seal' ? 60_000 : 40;

const app = express();
app.disable('x-powered-by');
app.use(express.json());

app.get('/health', (_request, response) => {
  response.json({ status: 'ok' });
});

app.get('/receipts/:order', (request, response) => {
  response.json({ order: request.params.order, seal: sealReceipt(request.params.order, sealRounds) });
});

app.get('/terms/:country', (request, response) => {
  const { country } = request.params;
  response.type('text').send(fault === 'sync-read' ? renderTerms(country) : terms.for(country));
});

app.post('/logins', async (request, response) => {
  const { user, password } = request.body;
  const hash = fault === 'sync-hash' ? hashNow(password, user) : await hashAside(password, user);
  response.json({ user, known: hash.startsWith('0') });
});

app.get('/export', async (request, response) => {
  await sendJsonText(request, response, fault === 'big-json' ? exportOrders(orders) : orderExport.text());
});

app.get('/catalogue', async (request, response) => {
  if (fault === 'no-compression') response.type('json').send(catalogue);
  else await sendJsonText(request, response, catalogue);
});

const server = app.listen(port, host, () => announce(server));
