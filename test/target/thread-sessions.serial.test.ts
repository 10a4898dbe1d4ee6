import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { attach } from '../../src/target/attach.ts';
import type { Attachment } from '../../src/target/attachment.ts';
import { readProcessFacts } from '../../src/target/process-facts.ts';
import { isTurning, openWorkerThreads } from '../../src/target/thread-sessions.ts';
import { nodeVersions } from '../helpers/node-versions.ts';
import { type RunningService, spawnService } from '../helpers/spawn-service.ts';

const TIMEOUT = { timeout: 60_000 };
const THREAD = "require('node:worker_threads').threadId";

async function attached(
  t: TestContext,
  args: readonly string[],
  nodePath?: string,
): Promise<{ readonly service: RunningService; readonly attachment: Attachment }> {
  const service = await spawnService('test/targets/worker-service.mjs', { args, ...(nodePath ? { nodePath } : {}) });
  t.after(() => service.stop());
  const facts = readProcessFacts(service.pid);
  assert.ok(facts);
  const attachment = await attach(facts);
  t.after(() => attachment.detach());
  return { service, attachment };
}

for (const { major, binary, skip } of nodeVersions()) {
  test(`Node ${major}: each worker thread has a session, and ends as ever`, { ...TIMEOUT, skip }, async (t) => {
    const { service, attachment } = await attached(t, [], binary);
    const carrier = await attachment.connect();
    const { threads, close } = await openWorkerThreads(carrier);
    assert.deepEqual(
      threads.map(({ id, name, url }) => ({ id, name, script: url.split('/').at(-1) })),
      [1, 2].map((id) => ({ id, name: 'mailer', script: 'mailer.mjs' })),
    );
    for (const { id, session } of threads) {
      assert.equal(await session.evaluate(THREAD), id);
      assert.ok(await isTurning(session, 10_000));
    }
    // Thread 1 is terminated: its session ends with it, and nobody had to let go of it first.
    const [first, second] = threads;
    service.child.kill('SIGUSR2');
    assert.match((await first!.session.closed).detail, /worker thread has ended/);
    assert.equal(await second!.session.evaluate(THREAD), 2);
    await close();
    const again = await openWorkerThreads(carrier);
    assert.deepEqual(
      again.threads.map(({ id }) => id),
      [2],
    );
    // The program ends while a session of a thread is open.
    assert.equal(await service.stop(), 0);
    assert.ok((await again.threads[0]!.session.closed).detail);
  });
}

test('a look that was not answered in time costs the next one no thread', TIMEOUT, async (t) => {
  const { service, attachment } = await attached(t, []);
  const carrier = await attachment.connect();
  carrier.hasten(0);
  service.child.kill('SIGSTOP');
  await assert.rejects(openWorkerThreads(carrier), /no answer within/);
  service.child.kill('SIGCONT');
  // Answered behind all that was asked before.
  await carrier.evaluate('1 + 1');
  const { threads, close } = await openWorkerThreads(carrier);
  assert.deepEqual(
    threads.map(({ id }) => id),
    [1, 2],
  );
  await close();
});

test('a thread that is started after the look keeps no session', TIMEOUT, async (t) => {
  const { attachment } = await attached(t, []);
  const carrier = await attachment.connect();
  const { threads, close } = await openWorkerThreads(carrier);
  assert.equal(threads.length, 2);
  const sessionOf = (event: string): Promise<string> =>
    new Promise((resolve) => {
      carrier.on<{ readonly sessionId: string }>(`NodeWorker.${event}`, ({ sessionId }) => resolve(sessionId));
    });
  const ids = Promise.all([sessionOf('attachedToWorker'), sessionOf('detachedFromWorker')]);
  const worker = "new (require('node:worker_threads').Worker)('setInterval(() => {}, 1000)', { eval: true }).unref()";
  await attachment.session.evaluate(`void ${worker}`);
  const [started, left] = await ids;
  assert.equal(left, started);
  await close();
});

test('a thread that waits in Atomics.wait is seen to do nothing else', TIMEOUT, async (t) => {
  const { attachment } = await attached(t, ['--blocked']);
  const { threads, close } = await openWorkerThreads(await attachment.connect());
  const turning = await Promise.all(threads.map(({ session }) => isTurning(session, 1_000)));
  assert.deepEqual(
    threads.map(({ url }, i) => [url === '', turning[i]]),
    [
      [false, true],
      [false, true],
      [true, false],
    ],
  );
  await close();
  assert.equal(await attachment.session.evaluate('1 + 1'), 2);
});
