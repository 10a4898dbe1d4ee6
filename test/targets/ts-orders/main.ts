// Orders on Express 5, in TypeScript.   node dist/test/targets/ts-orders/main.js [--port N] [--fault NAME]
import type { AddressInfo } from 'node:net';
import process from 'node:process';
import { parseArgs } from 'node:util';
import express from 'express';
import { OrderBus } from './lib/order-bus.ts';
import { type Order, OrderIndex } from './lib/order-index.ts';

const FAULTS = ['none', 'order-index', 'order-bus'];
const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '3000' },
    fault: { type: 'string', default: process.env.FAULT ?? 'none' },
  },
});
if (!FAULTS.includes(values.fault)) {
  console.error(`unknown fault: ${values.fault}\nknown faults: ${FAULTS.join(', ')}`);
  process.exit(2);
}

const index = new OrderIndex<Order>({ lifetimeMs: values.fault === 'order-index' ? null : 2_000 });
const bus = new OrderBus({ unsubscribes: values.fault !== 'order-bus' });
const app = express();
app.use(express.json());

app.get('/health', (_request, response) => {
  response.json({ status: 'ok' });
});

app.post('/orders', (request, response) => {
  const { customer, article } = request.body as { customer: string; article: string };
  const order = { customer, article, pieces: 1, notes: [`for ${customer}`, `of ${article}`], placedAt: new Date() };
  response.status(201).json({ number: index.add(order) });
});

app.get('/confirmations/:order', async (request, response) => {
  response.json(await bus.confirm(request.params.order));
});

const server = app.listen(Number(values.port), '127.0.0.1', () => {
  const { address, port } = server.address() as AddressInfo;
  console.log(JSON.stringify({ listening: { host: address, port }, pid: process.pid }));
});

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    index.close();
    server.close(() => process.exit(0));
    server.closeIdleConnections();
  });
}
