'use strict';
// A mailer of older days: CommonJS, callbacks, plain http.   node main.cjs [--port N] [--fault NAME]
const http = require('node:http');
const config = require('./lib/config.cjs');
const reminders = require('./lib/reminders.cjs');
const reports = require('./lib/reports.cjs');
const routes = require('./lib/routes.cjs');
const mailLog = require('./lib/mail-log.cjs');
const pictures = require('./lib/pictures.cjs');

const FAULTS = ['timer-hours', 'emitter-listener', 'module-array'];
const fault = option('--fault', process.env.FAULT || 'none');
if (fault !== 'none' && !FAULTS.includes(fault)) {
  console.error(`unknown fault: ${fault}\nknown faults: none, ${FAULTS.join(', ')}`);
  process.exit(2);
}

routes.add('/health', (_query, done) => done(null, { status: 'ok' }));
routes.add('/reminders', (query, done) => reminders.plan(query.get('to'), fault === 'timer-hours', done));
routes.add('/mails', (query, done) => config.withMailer(query.get('to'), fault !== 'emitter-listener', done));
routes.add('/reports', (query, done) => reports.make(Number(query.get('report')), fault === 'module-array', done));
routes.add('/log', (query, done) => mailLog.write(query.get('line'), done));
routes.add('/pictures', (query, done) => pictures.find(Number(query.get('picture')), done));
for (let list = 0; list < 25; list += 1) {
  routes.addLazily(`/lists/${list}`, () => require('./lib/list-handler.cjs').create(list));
}

const server = http.createServer((request, response) => {
  const url = new URL(request.url, 'http://mailer');
  const handler = routes.find(url.pathname);
  if (!handler) return send(response, 404, { error: 'not_found' });
  handler(url.searchParams, (error, body) =>
    send(response, error ? 500 : 200, error ? { error: error.message } : body),
  );
});

function send(response, status, body) {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

server.listen(Number(option('--port', '3000')), '127.0.0.1', () => {
  const { address: host, port } = server.address();
  console.log(JSON.stringify({ listening: { host, port }, pid: process.pid }));
});

for (const signal of ['SIGTERM', 'SIGINT']) {
  process.once(signal, () => {
    mailLog.close();
    server.close(() => process.exit(0));
    if (server.closeIdleConnections) server.closeIdleConnections();
  });
}

function option(name, fallback) {
  const index = process.argv.indexOf(name);
  return index === -1 ? fallback : process.argv[index + 1];
}
