// What the load engine costs: `npm run build && node dist/test/bench/load-engine.js [seconds]`.
// Requests per second of its own CPU time are the figure to trust on a busy machine; memory is that of the load process.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { startLoad } from '../../src/load/load-client.ts';
import type { LoadTotals } from '../../src/load/load-messages.ts';
import { scenarioOf, sleep } from '../load/target.ts';

const LOADS: Readonly<Record<string, string>> = {
  '50 users, no think time': '{ model: closed, users: 50 }',
  '1000 users, no think time': '{ model: closed, users: 1000 }',
  '1000 users, think time 1 to 3 s': '{ model: closed, users: 1000, thinkTime: 1s..3s }',
  '2000 arrivals a second': '{ model: open, rate: 2000/s }',
};

if (process.argv[2] === 'serve') serve();
else await measureAll(Number(process.argv[2] ?? 4));

function serve(): void {
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'text/plain', 'content-length': 2 });
    response.end('ok');
  });
  server.listen(0, '127.0.0.1', () => process.send?.(server.address()));
  process.on('disconnect', () => process.exit());
}

async function measureAll(seconds: number): Promise<void> {
  const server = fork(new URL(import.meta.url), ['serve']);
  const [{ port }] = (await once(server, 'message')) as [{ port: number }];
  for (const [name, load] of Object.entries(LOADS)) {
    console.log(`${name.padEnd(34)}${await measure(load, `http://127.0.0.1:${port}`, seconds)}`);
  }
  server.kill();
}

async function measure(profile: string, baseUrl: string, seconds: number): Promise<string> {
  const scenario = scenarioOf(profile, '  - request: { name: static, path: / }');
  const load = await startLoad({ scenario, baseUrl, seed: 1 });
  await load.start();
  await sleep(2000);
  const first = load.totals();
  await sleep(seconds * 1000);
  const last = load.totals();
  await load.stop();
  return first && last ? describe(first, last) : 'no report came';
}

function describe(first: LoadTotals, last: LoadTotals): string {
  const requests = last.completed - first.completed;
  const cpuSeconds = (last.generator.cpuMs - first.generator.cpuMs) / 1000;
  const seconds = (last.atMonoMs - first.atMonoMs) / 1000;
  return [
    `${Math.round(requests / seconds)} requests/s`,
    `${Math.round(requests / cpuSeconds)} requests/CPU-s`,
    `${Math.round(last.generator.rssBytes / 1e6)} MB`,
    `${last.errors} errors`,
    `${last.late.count} late (at most ${last.late.maxMs.toFixed(1)} ms)`,
  ].join(', ');
}
