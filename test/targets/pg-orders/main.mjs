// Orders of customers on plain http and PostgreSQL (DATABASE_URL).   node main.mjs [--port N] [--fault NAME]
import http from 'node:http';
import pg from 'pg';
import { announce, host, port, readFault } from '../lib/boot.mjs';
import { Orders } from './lib/orders.mjs';

const fault = readFault(['n-plus-one', 'missing-index', 'pool-leak', 'pool-small']);
const max = fault === 'pool-small' ? 1 : 16;
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max, connectionTimeoutMillis: 3_000 });
pool.on('error', () => {});
const orders = new Orders(pool, fault);
await orders.prepare();

async function answer({ url }) {
  if (url === '/health') return { status: 'ok' };
  if (url === '/orders') return await orders.newest();
  if (url === '/audit') return await orders.audit();
  return await orders.ofCustomer(Number(url.split('/')[2]));
}

const server = http.createServer((request, response) => {
  answer(request).then(
    (body) => response.end(JSON.stringify(body)),
    (error) => {
      response.statusCode = 503;
      response.end(error.message);
    },
  );
});
server.listen(port, host, () => announce(server, () => void pool.end()));
