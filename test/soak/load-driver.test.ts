import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import type { RunRecorder } from '../../src/record/run-recorder.ts';
import { parseScenario } from '../../src/scenario/parse-scenario.ts';
import { startLoadDriver } from '../../src/soak/load-driver.ts';
import { poll } from '../../src/target/poll.ts';

const SCENARIO = `name: held
baseUrl: http://127.0.0.1:3000
load: { model: open, rate: 100/s, duration: 1m }
tasks:
  - request: { name: one, path: / }
`;

test('while the service is gone nothing is sent to its port, whatever the phases say', async (t) => {
  let received = 0;
  const server = createServer((_, response) => {
    received += 1;
    response.end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const states: string[] = [];
  const load = await startLoadDriver(
    {
      scenario: parseScenario(SCENARIO, { fileName: 'held.yaml' }),
      file: 'held.yaml',
      text: SCENARIO,
      baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      users: null,
      ratePerSecond: null,
    },
    {
      recorder: { appendRequests: () => {} } as unknown as RunRecorder,
      log: { event: (event) => void (event.type === 'load' && states.push(event.state)), say: () => {} },
      intervalMs: 100,
      durationMs: 10_000,
      warmUpMs: 1_000,
      listener: { status: () => {}, happened: () => {} },
      stop: new AbortController().signal,
    },
  );
  t.after(() => load.stop());
  const more = async (): Promise<void> => {
    const before = received;
    assert.ok(await poll(() => (received > before + 3 ? true : null), 20_000), 'requests are sent');
  };
  await load.start();
  await more();
  await load.hold(true);
  const atHold = received;
  // A capture of the soak begins and ends meanwhile.
  await load.pause();
  await load.resume();
  // What was planned would be due by now: a hundred a second.
  await new Promise((resolve) => setTimeout(resolve, 300));
  assert.equal(received, atHold);
  await load.hold(false);
  await more();
  await load.pause();
  const atPause = received;
  await load.hold(true);
  await load.hold(false);
  assert.equal(received, atPause, 'a pause of the phases goes on');
  await load.stop();
  assert.deepEqual(states, ['started', 'paused', 'resumed', 'paused', 'stopped']);
});
