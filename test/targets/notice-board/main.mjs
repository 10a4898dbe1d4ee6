// A notice board on plain http whose answers can be made dear in several ways.   node main.mjs [--port N] [--fault NAME]
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { announce, host, port, readFault } from '../lib/boot.mjs';
import { sendJsonText } from '../lib/send-text.mjs';
import { Notices } from './lib/notices.mjs';
import { buildRows, RowSum } from './lib/statistics.mjs';
import { TranslationCache } from './lib/translations.mjs';

const fault = readFault(['no-keep-alive', 'no-paging', 'cache-miss', 'garbage']);

const notices = new Notices();
const keyOf = fault === 'cache-miss' ? (text, request) => `${request}:${text}` : (text) => text;
const translations = new TranslationCache(keyOf);
const rowSum = new RowSum();
const PAGE = 20;
const ROWS = 4_000;

const routes = {
  '/health': () => ({ status: 'ok' }),
  '/notices': () => (fault === 'no-paging' ? notices.all() : notices.page(PAGE)),
  '/translations': (query) => translations.get(query.get('text') ?? '', randomUUID()).words.length,
  '/statistics': async () => ({ total: fault === 'garbage' ? await buildRows(ROWS) : await rowSum.value(ROWS) }),
};

const server = createServer(async (request, response) => {
  const { pathname, searchParams } = new URL(request.url, 'http://localhost');
  if (fault === 'no-keep-alive') response.setHeader('connection', 'close');
  if (request.method === 'POST' && pathname === '/notices') {
    let body = '';
    for await (const chunk of request) body += chunk;
    response.statusCode = 201;
    await sendJsonText(request, response, JSON.stringify({ count: notices.add(JSON.parse(body).text) }));
    return;
  }
  const route = routes[pathname];
  if (!route) response.statusCode = 404;
  await sendJsonText(request, response, JSON.stringify(route ? await route(searchParams) : { error: 'not_found' }));
});

server.listen(port, host, () => announce(server));
