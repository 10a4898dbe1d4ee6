import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { ProfilerError } from '../../src/model/errors.ts';
import { findTarget, listCandidates } from '../../src/target/find-target.ts';
import { listNodeProcesses } from '../../src/target/list-node-processes.ts';
import { nameTests } from '../../src/target/name-tests.ts';
import type { ProcessFacts } from '../../src/target/process-facts.ts';
import { startTarget } from './start-target.ts';

test('a name is found by what is shown of it', () => {
  const facts = { name: 'svc --token hunter2xyz', commandLine: [] as string[] } as unknown as ProcessFacts;
  const [exact] = nameTests('svc --token [redacted]');
  assert.ok(exact?.(facts));
  assert.ok(nameTests('svc --token *')[0]?.(facts));
});

const TIMEOUT = { timeout: 60_000 };

test('a process is found by pid and by port, with its facts', TIMEOUT, async (context) => {
  const secret = '--api-key=0123456789abcdef0123456789abcdef';
  const target = await startTarget(context, 'http-service.mjs', {
    nodeFlags: ['--max-old-space-size=200'],
    args: [secret],
  });
  const facts = findTarget({ pid: target.facts.pid });
  assert.deepEqual(findTarget({ port: target.port }).startTicks, facts.startTicks);
  assert.equal(facts.isNode, true);
  assert.equal(facts.isOurs, false);
  assert.equal(facts.name, 'soak-profiler', 'the nearest package.json of the script');
  assert.equal(facts.lineage[0]?.pid, process.pid);
  assert.equal(facts.pidInside, facts.pid);
  assert.equal(facts.sigusr1, 'caught');
  assert.equal(facts.cwd, process.cwd());
  assert.deepEqual(facts.nodeFlags, ['--max-old-space-size=200']);
  assert.deepEqual(
    facts.listening?.map(({ address, port }) => `${address}:${port}`),
    [`127.0.0.1:${target.port}`],
  );
  assert.ok(facts.rssBytes > 10e6);
  assert.ok(!JSON.stringify(facts).includes('0123456789abcdef'), 'the secret of the command line is not in the facts');
});

test(
  'a name may match part of the command line; several matches are listed with what to type',
  TIMEOUT,
  async (context) => {
    const [one, two] = [
      await startTarget(context, 'http-service.mjs', { args: ['--shard', 'alpha-7'] }),
      await startTarget(context, 'http-service.mjs', { args: ['--shard', 'beta-7'] }),
    ];
    assert.equal(findTarget({ name: 'shard alpha-7' }).pid, one.facts.pid);
    assert.equal(findTarget({ name: 'http-service*BETA' }).pid, two.facts.pid);
    assert.throws(
      () => findTarget({ name: 'shard *-7' }),
      (error) => {
        assert.ok(error instanceof ProfilerError);
        assert.equal(error.code, 'target-ambiguous');
        assert.equal(error.exitCode, 2);
        for (const { facts } of [one, two]) assert.match(error.hint, new RegExp(`--pid ${facts.pid}\\b`));
        return true;
      },
    );
    assert.throws(() => findTarget({ name: 'no such [service' }), { code: 'target-not-found', exitCode: 3 });
    // A blank name would fit whatever is there.
    assert.throws(() => findTarget({ name: ' ' }), { message: /is empty/, exitCode: 2 });
  },
);

test('a port with nobody, and one that is not the port of a Node service', TIMEOUT, async (context) => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  assert.throws(() => findTarget({ port }), { code: 'port-free', exitCode: 3 });

  const other = await startTarget(context, 'not-node.py', { binary: 'python3' }).catch(() => null);
  if (other) assert.throws(() => findTarget({ port: other.port }), { code: 'port-not-node', exitCode: 3 });
});

test('this process is ours and never a target; a pid of nobody is refused', () => {
  assert.throws(() => findTarget({ pid: process.pid }), { code: 'target-not-found', exitCode: 3 });
  assert.throws(() => findTarget({ pid: 2 ** 22 + 1 }), { code: 'target-not-found', exitCode: 3 });
  const own = listNodeProcesses().find(({ pid }) => pid === process.pid);
  assert.equal(own?.isOurs, true);
  assert.doesNotMatch(listCandidates(own ? [own] : []), /--pid/);
});
