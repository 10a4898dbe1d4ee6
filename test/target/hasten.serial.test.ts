import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attach } from '../../src/target/attach.ts';
import { readProcessFacts } from '../../src/target/process-facts.ts';
import { spawnService } from '../helpers/spawn-service.ts';

test('hastened calls to a service that is stopped are given up, those that wait and those to come', async (t) => {
  const service = await spawnService('test/targets/http-service.mjs');
  t.after(() => service.stop('SIGKILL'));
  const facts = readProcessFacts(service.pid);
  assert.ok(facts);
  const { session } = await attach(facts);
  t.after(() => session.disconnect());
  process.kill(service.pid, 'SIGSTOP');
  const waiting = session.evaluate('1', { deadlineMs: 3_600_000 });
  const given = assert.rejects(waiting, { name: 'InspectorError', reason: 'deadline' });
  session.hasten(200);
  await given;
  await assert.rejects(session.evaluate('2', { deadlineMs: 3_600_000 }), { reason: 'deadline' });
  process.kill(service.pid, 'SIGCONT');
  // An answer in time is one as before.
  assert.equal(await session.evaluate('1 + 2'), 3);
});
