// What watching queries costs the service: `npm run bench:queries -- [--pairs 6] [--requests 1500] [--node 20,24]`.
// One service on a real PostgreSQL, its inspector open all the time; the query probe is put in and taken out in turns, and
// the same number of requests is answered in each. docs/database.md holds a result.
import http from 'node:http';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { QueryProbe } from '../../src/capture/query-probe.ts';
import { median } from '../../src/stats/order-statistics.ts';
import { attach } from '../../src/target/attach.ts';
import { readProcessFacts } from '../../src/target/process-facts.ts';
import { nodeVersion } from '../helpers/node-versions.ts';
import { startPostgres } from '../helpers/postgres.ts';
import { spawnService } from '../helpers/spawn-service.ts';
import { readUsage } from './soak-cost/process-usage.ts';
import { formatSpread } from './soak-cost/spread.ts';

const { values } = parseArgs({
  options: {
    pairs: { type: 'string', default: '6' },
    requests: { type: 'string', default: '1500' },
    node: { type: 'string', default: '20,24' },
  },
});
const QUERIES_EACH = 13;
const IN_FLIGHT = 8;
const WARM_UP_REQUESTS = 500;
const requests = Number(values.requests);

console.log(`${cpus().length} cores; ${requests} requests an arm, ${QUERIES_EACH} queries each, ${values.pairs} pairs`);
const cluster = await startPostgres();
try {
  for (const major of values.node.split(',')) await measureOn(Number(major));
} finally {
  await cluster.stop();
}

async function measureOn(major: number): Promise<void> {
  const { binary, skip } = nodeVersion(major);
  if (skip) return console.log(`Node ${major}: ${skip}`);
  const service = await spawnService('test/targets/pg-orders/main.mjs', {
    args: ['--fault', 'n-plus-one'],
    env: { DATABASE_URL: cluster.url },
    nodePath: binary,
  });
  try {
    const facts = readProcessFacts(service.pid);
    if (!facts) throw new Error('the service has ended');
    const attachment = await attach(facts);
    const { session } = attachment;
    await answer(service.baseUrl);
    const without: number[] = [];
    const withProbe: number[] = [];
    for (let pair = 0; pair < Number(values.pairs); pair += 1) {
      const arms = [without, withProbe];
      for (const arm of pair % 2 === 0 ? arms : arms.reverse()) {
        const probe = arm === withProbe ? await QueryProbe.install(session, { slowMs: 100 }) : null;
        // What was put in is compiled as it is used: a soak pays that once.
        await answer(service.baseUrl, WARM_UP_REQUESTS);
        arm.push(await cpuUsEach(service.pid, service.baseUrl));
        await probe?.remove();
      }
    }
    await attachment.detach();
    const more = withProbe.map((us, i) => us - (without[i] ?? Number.NaN));
    console.log(
      `Node ${major}: CPU of the service, us a request: without ${formatSpread(without, 0)}, with ${formatSpread(withProbe, 0)}; difference ${formatSpread(more, 0)}, a query ${(median(more) / QUERIES_EACH).toFixed(1)}, percent ${formatSpread(
        more.map((us, i) => (100 * us) / (without[i] ?? Number.NaN)),
        1,
      )}`,
    );
  } finally {
    await service.stop();
  }
}

/** CPU time of the service for one request, in microseconds. */
async function cpuUsEach(pid: number, baseUrl: string): Promise<number> {
  const before = readUsage(pid)?.cpuMs ?? Number.NaN;
  await answer(baseUrl);
  return (1000 * ((readUsage(pid)?.cpuMs ?? Number.NaN) - before)) / requests;
}

async function answer(baseUrl: string, count: number = requests): Promise<void> {
  const agent = new http.Agent({ keepAlive: true, maxSockets: IN_FLIGHT });
  let left = count;
  const worker = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await new Promise<void>((resolve, reject) => {
        http
          .get(`${baseUrl}/orders`, { agent }, (response) => void response.resume().on('end', resolve))
          .on('error', reject);
      });
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
  agent.destroy();
}
