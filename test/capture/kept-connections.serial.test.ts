import assert from 'node:assert/strict';
import { on, once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { createHostClock } from '../../src/capture/host-clock.ts';
import { RuntimeProbe } from '../../src/capture/runtime-probe.ts';
import { attach } from '../../src/target/attach.ts';
import { readProcessFacts } from '../../src/target/process-facts.ts';
import type { InspectorSession } from '../../src/target/session.ts';
import { nodeVersions } from '../helpers/node-versions.ts';
import { type RunningService, spawnService } from '../helpers/spawn-service.ts';

const ANSWERED = 'HTTP/1.1 200 OK';
const BLOCK_MS = 2_000;
/** Says so before it begins: what is sent from then on waits in the kernel. */
const BLOCK = `require('node:fs').writeSync(1, 'blocked\\n'); { const endMs = Date.now() + ${BLOCK_MS}; while (Date.now() < endMs); }`;
/** All deadlines of connections of its HTTP servers that are idle now. */
const DEADLINES = `process._getActiveHandles().flatMap((one) => one.server?.keepAliveTimeout ? [one.timeout] : [])`;

interface Inspected {
  readonly service: RunningService;
  readonly session: InspectorSession;
  readonly probe: RuntimeProbe;
}

async function inspected(t: TestContext, nodePath: string): Promise<Inspected> {
  const service = await spawnService('test/targets/keep-alive.mjs', { nodePath });
  t.after(() => service.stop());
  const facts = readProcessFacts(service.pid);
  assert.ok(facts);
  const attachment = await attach(facts);
  t.after(() => attachment.detach());
  const { session } = attachment;
  const probe = await RuntimeProbe.install(session, { clock: createHostClock(), httpProbes: false });
  return { service, session, probe };
}

/** One request over a connection that is there: what came of it. */
async function get(socket: Socket): Promise<string> {
  const answered = once(socket, 'data').then(([text]) => String(text).slice(0, 15));
  const closed = Promise.race([once(socket, 'close'), once(socket, 'error')]).then(() => 'closed without an answer');
  socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
  return await Promise.race([answered, closed]).catch(({ code }) => `closed: ${code}`);
}

/** Requests on two connections, sent while a pause lasts: one was idle before it, the other became so after the hold had begun. */
async function getDuringPause({ service, session, probe }: Inspected): Promise<string[]> {
  const sockets = [1, 2].map(() => connect(service.port, '127.0.0.1'));
  const [idle, busy] = sockets as [Socket, Socket];
  const lines = on(service.child.stdout!.setEncoding('utf8'), 'data');
  assert.equal(await get(idle), ANSWERED);
  const paused = probe.measure(async () => {
    assert.equal(await get(busy), ANSWERED);
    await session.evaluate(BLOCK);
  });
  for await (const [text] of lines) if (String(text).includes('blocked')) break;
  const answers = await Promise.all(sockets.map(get));
  await paused;
  for (const socket of sockets) socket.destroy();
  return answers;
}

for (const { major, binary, skip } of nodeVersions()) {
  test(`Node ${major}: a request that is sent in a pause on a kept-alive connection is answered`, {
    skip,
  }, async (t) => {
    const target = await inspected(t, binary);
    assert.deepEqual(await getDuringPause(target), [ANSWERED, ANSWERED]);
    // The deadlines are those of the program again, and nothing of ours listens.
    const left = await target.session.evaluate<number[]>(DEADLINES);
    for (const timeoutMs of left) assert.ok(timeoutMs <= 1_500, String(left));
    const listens = `require('node:diagnostics_channel').hasSubscribers('http.server.response.finish')`;
    assert.equal(await target.session.evaluate(listens), false);
  });
}
