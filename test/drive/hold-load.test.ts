import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { runLoad } from '../../src/drive/run-load.ts';
import type { Presence, TargetWatch } from '../../src/drive/target-watch.ts';
import { parseScenario } from '../../src/scenario/parse-scenario.ts';
import { poll } from '../../src/target/poll.ts';

const SCENARIO = `name: held
baseUrl: http://127.0.0.1:3000
load: { model: closed, users: 4, thinkTime: 5ms..10ms, duration: 1m }
tasks:
  - request: { name: one, path: / }
`;

test('while the service that is watched is away the load waits without a connection; it ends where it is lost', async (t) => {
  let received = 0;
  const server = createServer({ keepAliveTimeout: 60_000 }, (_, response) => {
    received += 1;
    response.end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  let tell: (presence: Presence) => void = () => {};
  const watch: TargetWatch = {
    samples: [],
    onPresence: (listener) => {
      tell = listener;
    },
    isLost: () => false,
    stop: async () => {},
  };
  const said: string[] = [];
  const running = runLoad({
    scenario: parseScenario(SCENARIO, { fileName: 'held.yaml' }),
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    overrides: {},
    workers: 1,
    watch,
    stop: new AbortController().signal,
    onStatus: () => {},
    say: (text) => void said.push(text),
  });
  const more = async (): Promise<void> => {
    const before = received;
    assert.ok(await poll(() => (received > before + 10 ? true : null), 20_000), 'requests are sent');
  };
  const connections = (): Promise<number> =>
    new Promise((resolve, reject) => server.getConnections((error, count) => (error ? reject(error) : resolve(count))));
  await more();
  tell('away');
  tell('away');
  assert.ok(await poll(async () => ((await connections()) === 0 ? true : null), 10_000), 'a server that closes waits');
  const atHold = received;
  await new Promise((resolve) => setTimeout(resolve, 200));
  assert.equal(received, atHold);
  tell('there');
  await more();
  tell('lost');
  const { exitCode } = await running;
  assert.equal(exitCode, 4);
  assert.match(said.join('\n'), /did not come back: the load ends here/);
});
