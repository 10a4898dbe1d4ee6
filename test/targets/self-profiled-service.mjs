// A service that looks into itself, as continuous profilers do: it samples its allocations from the start. With
// NODE_V8_COVERAGE its code coverage is collected too, and written when it ends.
//   node self-profiled-service.mjs [--port N]      /samples: how many live samples it has, or why not
import { createServer } from 'node:http';
import { Session } from 'node:inspector/promises';
import { parseArgs } from 'node:util';

const { values } = parseArgs({ options: { port: { type: 'string', default: '0' } } });
const session = new Session();
session.connect();
await session.post('HeapProfiler.startSampling', { samplingInterval: 16 * 1024 });

const kept = [];
function keepOne(id) {
  kept.push({ id, text: `record ${id}`, list: [id, id] });
}
for (let id = 0; id < 20_000; id += 1) keepOne(id);

async function countSamples() {
  try {
    const { profile } = await session.post('HeapProfiler.getSamplingProfile');
    return profile.samples.length;
  } catch (error) {
    return error.message;
  }
}

const server = createServer(async (_, response) => {
  keepOne(kept.length);
  response.setHeader('connection', 'close');
  response.end(String(await countSamples()));
});
server.listen(Number(values.port), '127.0.0.1', () => {
  const { address: host, port } = server.address();
  console.log(JSON.stringify({ listening: { host, port }, pid: process.pid }));
});
process.on('SIGTERM', () => process.exit(0));
