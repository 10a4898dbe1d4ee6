// Bookings of rooms on Fastify 5. Its packages are real releases, some with a leak.   node main.mjs [--port N] [--fault NAME]
import { setMaxListeners } from 'node:events';
import Fastify from 'fastify';
import { startBackend } from '../lib/backend.mjs';
import { announce, host, port, readFault } from '../lib/boot.mjs';
import { loadPublished } from '../lib/published.mjs';
import { Availability } from './lib/availability.mjs';
import { Metrics } from './lib/metrics.mjs';
import { Offers } from './lib/offers.mjs';
import { validatorFor } from './lib/validator.mjs';
import { Webhooks } from './lib/webhooks.mjs';

const fault = readFault(['schema-registry', 'breaker-intervals', 'timeout-signal', 'two-readers', 'agent-origins']);
const packages = await loadPublished(new URL('packages.json', import.meta.url), fault);

const backend = await startBackend();
const stopping = new AbortController();
setMaxListeners(0, stopping.signal);
const offers = new Offers(packages['breaker-intervals']);
const availability = new Availability(packages['timeout-signal'], stopping.signal);
const metrics = new Metrics(packages['two-readers']);
const webhooks = new Webhooks(packages['agent-origins'], backend.port);

const app = Fastify({ logger: false });

app.addHook('onResponse', async (request, reply) => metrics.count(request.routeOptions.url, reply.statusCode));

app.get('/health', async () => ({ status: 'ok' }));

app.post('/bookings', async (request) => {
  const { success, data } = validatorFor(packages['schema-registry'], request.body.hotel).safeParse(request.body);
  return { booked: success, nights: data?.nights ?? 0 };
});

app.get('/offers/:hotel', async (request) => offers.ask(request.params.hotel));

app.get('/availability/:room', async (request) => availability.of(request.params.room));

app.get('/metrics', async () => metrics.scrape());

app.get('/notify/:customer', async (request) => webhooks.notify(request.params.customer));

await app.listen({ port, host });
announce(app.server, () => {
  stopping.abort();
  void metrics.close();
  void webhooks.close();
  backend.stop();
});
