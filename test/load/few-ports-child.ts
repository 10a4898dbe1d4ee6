import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startLoad } from '../../src/load/load-client.ts';
import type { RequestInterval } from '../../src/model/requests.ts';
import { errorKindsOf, scenarioOf } from './target.ts';

/**
 * In a network with few local ports: a service that never answers, and more users than there are ports. Prints what
 * their requests failed by, and the totals, as JSON.
 */
const service = createServer(() => {}).listen(0, '127.0.0.1');
await new Promise((resolve) => service.once('listening', resolve));
const { port } = service.address() as AddressInfo;
const intervals: RequestInterval[] = [];
let tell = (): void => {};
const hasFailed = new Promise<void>((resolve) => {
  tell = resolve;
});
const load = await startLoad({
  scenario: scenarioOf('{ model: closed, users: 40, thinkTime: 100ms }', '  - request: { path: /held }'),
  baseUrl: `http://127.0.0.1:${port}`,
  seed: 1,
  intervalMs: 100,
  onInterval: (batch) => {
    intervals.push(...batch);
    if (Object.keys(errorKindsOf(intervals)).length > 0) tell();
  },
});
await load.start();
await hasFailed;
const totals = await load.stop();
process.stdout.write(JSON.stringify({ kinds: errorKindsOf(intervals), totals }));
process.exit();
