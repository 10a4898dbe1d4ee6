// A gateway on plain node:http, in front of one backend.   node main.mjs [--port N] [--fault NAME]
import { setMaxListeners } from 'node:events';
import { createServer } from 'node:http';
import { startBackend } from '../lib/backend.mjs';
import { announce, host, port, readFault } from '../lib/boot.mjs';
import { Downloads } from './lib/downloads.mjs';
import { Forwarder } from './lib/forwarder.mjs';
import { Pages } from './lib/pages.mjs';
import { RemoteCalls } from './lib/remote-calls.mjs';
import { retry } from './lib/retry.mjs';
import { ShutdownRace } from './lib/shutdown-race.mjs';
import { Statistics } from './lib/statistics.mjs';
import { Subscriptions } from './lib/subscriptions.mjs';

const fault = readFault([
  'agent-sockets',
  'fd-early-return',
  'stream-open',
  'udp-sockets',
  'promise-race',
  'abort-listener',
  'pending-replies',
]);

const backend = await startBackend();
const stopping = new AbortController();
setMaxListeners(0, stopping.signal);
const forwarder = new Forwarder(backend.port, { agentPerTenant: fault === 'agent-sockets' });
const pages = new Pages({ closesAlways: fault !== 'fd-early-return' });
const downloads = new Downloads({ destroys: fault !== 'stream-open' });
const statistics = new Statistics({ reusesSocket: fault !== 'udp-sockets' });
const race = new ShutdownRace({ racesForever: fault === 'promise-race' });
const subscriptions = new Subscriptions(stopping.signal, { unsubscribes: fault !== 'abort-listener' });
const calls = new RemoteCalls({ timeoutMs: fault === 'pending-replies' ? null : 1_000 });

const ROUTES = {
  '/health': async () => ({ status: 'ok' }),
  '/forward': async (query) => forwarder.get(query.get('tenant'), '/fast'),
  '/slow': async (query) => forwarder.get(query.get('tenant'), '/slow'),
  '/pages': async (query) => pages.read(Number(query.get('page'))),
  '/downloads': async (query) => downloads.open(query.get('tag')),
  '/statistics': async (query) => statistics.count(query.get('name')),
  '/jobs': async (query) => race.run(query.get('job')),
  '/subscribe': async (query) => subscriptions.await(query.get('topic')),
  '/calls': async (query) => calls.send(Number(query.get('call'))),
  '/retry': async (query) => retry(3, (attempt) => forwarder.flaky(attempt, query.get('tenant'))),
  '/deadline': async () => forwarder.withDeadline(AbortSignal.timeout(2_000)),
};

const server = createServer((request, response) => {
  const url = new URL(request.url, 'http://gateway');
  const route = ROUTES[url.pathname];
  if (route === undefined) return sendJson(response, 404, { error: 'not_found' });
  route(url.searchParams).then(
    (body) => sendJson(response, 200, body),
    (error) => sendJson(response, 502, { error: error.message }),
  );
});

function sendJson(response, status, body) {
  const text = JSON.stringify(body);
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
  response.end(text);
}

server.listen(port, host, () =>
  announce(server, () => {
    stopping.abort();
    statistics.close();
    forwarder.close();
    backend.stop();
  }),
);
