/** Beginnings of services: each listens on a free port, says so in the ready line, and has `app`. */
const READY = `server.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ listening: { host: '127.0.0.1', port: server.address().port }, pid: process.pid })));`;

/** CommonJS over node:http: `handle(id, request, response)` of `./routes.js`, which may be asynchronous. */
export const HTTP_CJS: string = `const http = require('node:http');
const { handle } = require('./lib/routes.js');
let n = 0;
const server = http.createServer(async (request, response) => {
  try {
    const body = await handle(++n, request, response);
    response.end(JSON.stringify(body ?? { ok: true }));
  } catch (error) {
    response.statusCode = 500;
    response.end(String(error));
  }
});
${READY}
`;

export const HTTP_ESM: string = HTTP_CJS.replace(
  "const http = require('node:http');",
  "import http from 'node:http';",
).replace("const { handle } = require('./lib/routes.js');", "import { handle } from './lib/routes.js';");

export const EXPRESS_CJS: string = `const http = require('node:http');
const express = require('express');
const { router } = require('./lib/routes.js');
const app = express();
app.use(router);
const server = http.createServer(app);
${READY}
`;

export const KOA_CJS: string = `const http = require('node:http');
const Koa = require('koa');
const { middleware } = require('./lib/routes.js');
const app = new Koa();
app.use(middleware);
const server = http.createServer(app.callback());
${READY}
`;

export const FASTIFY_CJS: string = `const fastify = require('fastify')();
fastify.register(require('./lib/routes.js'));
fastify.listen({ port: 0, host: '127.0.0.1' }).then(() => console.log(JSON.stringify({ listening: { host: '127.0.0.1', port: fastify.server.address().port }, pid: process.pid })));
`;
