// Telemetry of devices, on Fastify 5 (Node 20 and above).   node main.mjs [--port N] [--fault NAME]
import Fastify from 'fastify';
import { LRUCache } from 'lru-cache';
import { announce, host, port, readFault } from '../lib/boot.mjs';
import { AuditTrail } from './lib/audit-trail.mjs';
import { BatchWriter } from './lib/batch-writer.mjs';
import { Calibration } from './lib/calibration.mjs';
import { Debouncer } from './lib/debouncer.mjs';
import { DeviceRegistry } from './lib/device-registry.mjs';
import { FrameSignatures } from './lib/frame-signatures.mjs';
import { RequestLog } from './lib/request-log.mjs';
import { SeenIds } from './lib/seen-ids.mjs';

const fault = readFault(['linked-list', 'closure-chain', 'log-ring', 'buffer-slices', 'seen-ids', 'class-field']);

const trail = new AuditTrail({ linksBack: fault === 'linked-list' });
const calibration = new Calibration({ wrapsLast: fault === 'closure-chain' });
const requestLog = new RequestLog({ limit: 100, trims: fault !== 'log-ring' });
const signatures = new FrameSignatures({ limit: 100, keepsViews: fault === 'buffer-slices' });
const seen = new SeenIds({ forgets: fault !== 'seen-ids', generationMs: 2_500 });
const devices = new DeviceRegistry({ readingsKept: fault === 'class-field' ? Number.POSITIVE_INFINITY : 6 });
const batch = new BatchWriter({ everyMs: 2_000 });
const debouncer = new Debouncer({ delayMs: 800 });
const lookups = new LRUCache({ max: 100, ttl: 10_000 });

const app = Fastify({ logger: false });

app.get('/health', async () => ({ status: 'ok' }));

app.addHook('onResponse', async (request, reply) => {
  if (request.url.startsWith('/logged')) requestLog.add(request, reply);
});

app.get('/logged/:id', async (request) => ({ id: request.params.id }));

app.post('/audits', async (request) => ({ hash: trail.append(request.body.action) }));

app.post('/calibrations', async (request) => ({ value: calibration.refresh(request.body.offset) }));

app.post('/frames', async (request) => ({ signature: signatures.sign(request.body.frame) }));

app.post('/events', async (request) => ({ fresh: request.body.ids.filter((id) => seen.isNew(id)).length }));

app.post('/readings', async (request) => devices.record(request.body.device, request.body.value));

app.post('/metrics', async (request) => ({ queued: batch.add(request.body) }));

app.post('/alerts', async (request) => ({ pending: debouncer.schedule(request.body.key, request.body) }));

app.get('/lookups/:key', async (request) => {
  const { key } = request.params;
  let place = lookups.get(key);
  if (place === undefined) {
    place = { key, name: `place ${key}`, corners: Array.from({ length: 20 }, (_, corner) => [corner / 3, corner / 7]) };
    lookups.set(key, place);
  }
  return { name: place.name };
});

await app.listen({ port, host });
announce(app.server, () => {
  batch.close();
  debouncer.close();
});
