import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { attach } from '../../src/target/attach.ts';
import type { Attachment } from '../../src/target/attachment.ts';
import type { InspectorError } from '../../src/target/inspector-error.ts';
import { readProcessFacts } from '../../src/target/process-facts.ts';
import { nodeVersions } from '../helpers/node-versions.ts';
import { type RunningService, spawnService } from '../helpers/spawn-service.ts';

const TIMEOUT = { timeout: 60_000 };
const EXITING = 'target-exiting';

for (const { major, binary, skip } of nodeVersions()) {
  test(`Node ${major}: all connections end with the program, and say why`, { ...TIMEOUT, skip }, async (t) => {
    const { service, attachment } = await attached(t, binary);
    const further = await attachment.connect();
    service.child.kill('SIGTERM');
    assert.equal((await attachment.session.closed).cause, EXITING);
    assert.equal((await further.closed).cause, EXITING);
    assert.equal(attachment.session.end?.cause, EXITING);
    await assertExited(service);
    await assert.rejects(attachment.session.evaluate('1'), isLetGo);
    assert.deepEqual(await attachment.detach(), { inspectorClosed: true, problems: [] });
  });
}

test('a further connection that hears of nothing is ended with the first', TIMEOUT, async (t) => {
  const { service, attachment } = await attached(t);
  const further = await attachment.connect();
  await further.call('NodeRuntime.notifyWhenWaitingForDisconnect', { enabled: false });
  service.child.kill('SIGTERM');
  assert.equal((await further.closed).cause, EXITING);
  await assertExited(service);
});

test('where nothing is told, the first call that finds no context lets go', TIMEOUT, async (t) => {
  const { service, attachment } = await attached(t);
  const { session } = attachment;
  await session.call('NodeRuntime.notifyWhenWaitingForDisconnect', { enabled: false });
  service.child.kill('SIGTERM');
  await sleep(300);
  assert.equal(service.child.exitCode, null, 'Node waits for us');
  await assert.rejects(session.evaluate('1'), isLetGo);
  assert.equal((await session.closed).cause, EXITING);
  await assertExited(service);
});

test('a context that is gone elsewhere is an error of that call alone', TIMEOUT, async (t) => {
  const { service, attachment } = await attached(t);
  const { session } = attachment;
  await assert.rejects(
    session.call('Runtime.evaluate', { expression: '1', contextId: 987_654 }),
    ({ reason, message }: InspectorError) => reason === 'protocol' && /Cannot find context/.test(message),
  );
  assert.equal(await session.evaluate('1 + 1'), 2);
  await attachment.detach();
  assert.equal(service.child.exitCode, null);
});

function isLetGo({ reason, message }: InspectorError): boolean {
  return reason === 'closed' && /the program has ended/.test(message);
}

async function attached(
  t: TestContext,
  nodePath = process.execPath,
): Promise<{ service: RunningService; attachment: Attachment }> {
  const service = await spawnService('test/targets/attach/ending.mjs', { nodePath, args: ['--by', 'exit'] });
  t.after(() => service.stop('SIGKILL'));
  const facts = readProcessFacts(service.pid);
  assert.ok(facts);
  const attachment = await attach(facts);
  t.after(() => attachment.session.disconnect());
  return { service, attachment };
}

async function assertExited({ child }: RunningService): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  assert.equal(child.exitCode, 0);
}
