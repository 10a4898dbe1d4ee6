// Stock keeping on Express 5 and PostgreSQL (DATABASE_URL).   node main.mjs [--port N] [--fault NAME]
import express from 'express';
import pg from 'pg';
import { announce, host, port, readFault } from '../lib/boot.mjs';
import { Stock } from './lib/stock.mjs';

const fault = readFault(['pool-clients']);
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10, connectionTimeoutMillis: 1_500 });
pool.on('error', () => {});
const stock = new Stock(pool, { releasesAlways: fault !== 'pool-clients' });
await stock.prepare();

const app = express();
app.get('/health', (_request, response) => response.json({ status: 'ok' }));
app.get('/stock/:article', async (request, response) => {
  response.json(await stock.find(Number(request.params.article)));
});
app.use((error, _request, response, _next) => {
  response.status(503).json({ error: error.message });
});

const server = app.listen(port, host, () => announce(server, () => void pool.end()));
