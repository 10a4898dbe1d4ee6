// A service that sheds load by the delay of its own event loop, by a package of npm (`--shed`, from `--packages FOLDER`) with
// that package's own limit, and holds `--heap-mb` of small objects. Started by ../shedding.ts.
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    shed: { type: 'string', default: 'none' },
    packages: { type: 'string' },
    'heap-mb': { type: 'string', default: '40' },
  },
});
const BYTES_A_ROW = 130;
const rows = Array.from({ length: (Number(values['heap-mb']) * 1e6) / BYTES_A_ROW }, (_, id) => ({
  id,
  name: `row ${id}`,
  tags: [id, id + 1],
}));

/** Some half a millisecond of work, with garbage. */
function work(id) {
  const page = Array.from({ length: 200 }, (_, i) => rows[(id * 7919 + i * 31) % rows.length] ?? { id: i });
  return JSON.stringify(page);
}

/** @param {(request: object, response: object) => boolean} isShed answers by itself where it sheds */
function serve(isShed) {
  let served = 0;
  const server = createServer((request, response) => {
    if (!isShed(request, response)) response.end(work(served++));
  });
  server.listen(Number(values.port), '127.0.0.1', () => ready(server.address()));
}

function ready({ address: host, port }) {
  console.log(JSON.stringify({ listening: { host, port }, pid: process.pid }));
}

const require = createRequire(join(values.packages ?? '.', 'package.json'));
if (values.shed === 'overload-protection') {
  const protect = require('overload-protection')('http', { production: true });
  serve((request, response) => protect(request, response) === true);
} else if (values.shed === 'toobusy-js') {
  const tooBusy = require('toobusy-js');
  serve((_, response) => {
    const isBusy = tooBusy();
    if (isBusy) response.writeHead(503).end();
    return isBusy;
  });
} else if (values.shed === 'under-pressure') {
  // It has no limit of its own. The delay is the mean of its interval; a second is its default.
  const app = require('fastify')();
  await app.register(require('@fastify/under-pressure'), { maxEventLoopDelay: 50, sampleInterval: 250 });
  let served = 0;
  app.get('/', async () => work(served++));
  await app.listen({ port: Number(values.port), host: '127.0.0.1' });
  ready(app.server.address());
} else serve(() => false);
process.on('SIGTERM', () => process.exit(0));
