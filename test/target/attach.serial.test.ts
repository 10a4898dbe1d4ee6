import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { attach } from '../../src/target/attach.ts';
import { listeningSocketsOf } from '../../src/target/listening-sockets.ts';
import type { ProcessFacts } from '../../src/target/process-facts.ts';
import { REGISTRY_EXPRESSION } from '../../src/target/target-registry.ts';
import { nodeVersions } from '../helpers/node-versions.ts';
import { type StartedTarget, startTarget } from './start-target.ts';

const portsOf = (facts: ProcessFacts): number[] => (listeningSocketsOf(facts.pid) ?? []).map(({ port }) => port);

async function ask(target: StartedTarget, path: string): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${target.port}${path}`);
  return response.text();
}

/** Attaches and lets go once before the comparison, since Node loads parts of itself at the first time. */
async function leavesNothing(context: TestContext, binary: string): Promise<void> {
  const target = await startTarget(context, 'http-service.mjs', { binary });
  const before = await ask(target, '/self');
  assert.equal(JSON.parse(before).ours, 0);

  const attachment = await attach(target.facts);
  assert.equal(attachment.openedByUs, true);
  assert.match(attachment.facts.nodeVersion ?? '', /^v\d+\./);
  assert.notEqual(attachment.inspector.port, 9229, 'it moved off the default port');
  assert.deepEqual(portsOf(target.facts).sort(), [target.port, attachment.inspector.port].sort());
  assert.equal(JSON.parse(await ask(target, '/self')).ours, 1);
  await attachment.heartbeat();
  await attachment.session.evaluate(
    `{ const once = () => {}; process.on('warning', once); ${REGISTRY_EXPRESSION}.cleanups.set('test', () => process.off('warning', once)) }`,
  );

  assert.deepEqual(await attachment.detach(), { inspectorClosed: true, problems: [] });
  assert.deepEqual(portsOf(target.facts), [target.port]);
  assert.equal(await ask(target, '/self'), before);
  assert.equal(await ask(target, '/'), 'ok\n');

  const again = await attach(target.facts);
  assert.equal(again.openedByUs, true);
  assert.deepEqual(await again.detach(), { inspectorClosed: true, problems: [] });
  assert.equal(await ask(target, '/self'), before);
}

for (const { major, binary, skip } of nodeVersions()) {
  test(`attach and detach leave nothing behind on Node ${major}`, { skip, timeout: 60_000 }, (context) =>
    leavesNothing(context, binary),
  );
}
