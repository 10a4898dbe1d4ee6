// Tracking of parcels on Express 5. Its packages are real releases, some with a leak.   node main.mjs [--port N] [--fault NAME]
import { setMaxListeners } from 'node:events';
import express from 'express';
import { startBackend } from '../lib/backend.mjs';
import { announce, host, port, readFault } from '../lib/boot.mjs';
import { loadPublished } from '../lib/published.mjs';
import { Carrier } from './lib/carrier.mjs';
import { Depots } from './lib/depots.mjs';
import { Labels } from './lib/labels.mjs';
import { Manifest } from './lib/manifest.mjs';

const fault = readFault(['cancel-token', 'debug-instances', 'wildcard-tree', 'map-signal', 'exit-cleanup']);
const packages = await loadPublished(new URL('packages.json', import.meta.url), fault);

const backend = await startBackend();
const stopping = new AbortController();
setMaxListeners(0, stopping.signal);
const carrier = new Carrier(packages['cancel-token'], `http://127.0.0.1:${backend.port}`);
const labels = new Labels(packages['debug-instances']);
const depots = new Depots(packages['wildcard-tree']);
const manifest = new Manifest(packages['map-signal'], stopping.signal);
const forms = packages['exit-cleanup'];

const app = express();
app.disable('x-powered-by');
app.get('/health', (_request, response) => response.json({ status: 'ok' }));

app.post('/damages', forms.parse({ autoClean: true }), express.json(), (request, response) => {
  response.status(201).json({ parcel: request.body.parcel, words: request.body.text.split(' ').length });
});

app.use(express.json());

app.get('/parcels/:parcel', async (request, response) => {
  response.json(await carrier.track(request.params.parcel));
});

app.get('/labels/:parcel', (request, response) => {
  response.json(labels.print(request.params.parcel));
});

app.get('/depots/:parcel', async (request, response) => {
  response.json(await depots.find(request.params.parcel));
});

app.post('/manifests', async (request, response) => {
  response.json(await manifest.weigh(request.body.parcels));
});

const server = app.listen(port, host, () =>
  announce(server, () => {
    stopping.abort();
    carrier.close();
    backend.stop();
  }),
);
