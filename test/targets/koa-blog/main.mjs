// A blog on Koa 3.   node main.mjs [--port N] [--fault NAME]
import { createServer } from 'node:http';
import Koa from 'koa';
import { announce, host, port, readFault } from '../lib/boot.mjs';
import { Authors } from './lib/authors.mjs';
import { createMetrics } from './lib/metrics.mjs';
import { readJson } from './lib/read-json.mjs';
import { Sandboxes } from './lib/sandboxes.mjs';
import { TagTable } from './lib/tag-table.mjs';
import { Templates } from './lib/templates.mjs';
import { Tracing } from './lib/tracing.mjs';
import { Uploads } from './lib/uploads.mjs';

const fault = readFault([
  'metric-labels',
  'render-functions',
  'vm-contexts',
  'als-store',
  'weakmap-live',
  'finalization',
  'interning',
]);

const metrics = createMetrics({ labelsByPath: fault === 'metric-labels' });
const templates = new Templates({ themes: fault === 'render-functions' ? Number.POSITIVE_INFINITY : 30 });
const sandboxes = new Sandboxes({ reuses: fault !== 'vm-contexts' });
const tracing = new Tracing({ flushesAtExit: fault === 'als-store' });
const authors = new Authors({ revisionsKept: fault === 'weakmap-live' ? Number.POSITIVE_INFINITY : 5 });
const uploads = new Uploads({ holdsUpload: fault === 'finalization' });
const tags = new TagTable({ vocabulary: fault === 'interning' ? Number.POSITIVE_INFINITY : 400 });

const app = new Koa();
app.use(metrics.middleware);
app.use(tracing.middleware);

app.use(async (context) => {
  const [, section, id] = context.path.split('/');
  const route = ROUTES[`${context.method} /${section}`];
  if (route === undefined) return;
  context.body = await route(context, id);
});

const ROUTES = {
  'GET /health': () => ({ status: 'ok' }),
  'GET /posts': (_context, id) => ({ id, title: `post ${id}`, views: id.length }),
  'GET /pages': (_context, id) => ({ html: templates.render(Number(id), { title: `page ${id}` }) }),
  'GET /scripts': (_context, id) => ({ result: sandboxes.run(Number(id)) }),
  'GET /drafts': (_context, id) => ({ spans: tracing.record(`draft ${id}`) }),
  'POST /revisions': async (context, id) => authors.revise(Number(id), await readJson(context.req)),
  'POST /uploads': async (context) => uploads.receive(await readJson(context.req)),
  'GET /tags': (_context, id) => ({ tags: tags.intern(Number(id)) }),
  'GET /metrics': () => metrics.text(),
};

const server = createServer(app.callback());
server.listen(port, host, () => announce(server));
