import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { createHostClock } from '../../src/capture/host-clock.ts';
import { type Presence, startTargetWatch } from '../../src/drive/target-watch.ts';
import { attach } from '../../src/target/attach.ts';
import { poll } from '../../src/target/poll.ts';
import { type ProcessFacts, readProcessFacts } from '../../src/target/process-facts.ts';
import { assertLeftAlone } from '../helpers/assert-left-alone.ts';
import { runCli } from '../helpers/run-cli.ts';
import { spawnService } from '../helpers/spawn-service.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const SERVICE = 'test/targets/attach/ending.mjs';

test('load --port: the service is watched through its restart', async (t) => {
  const first = await spawnService(SERVICE, { args: ['--by', 'graceful'] });
  t.after(() => first.stop('SIGKILL'));
  const facts = readProcessFacts(first.pid);
  assert.ok(facts);
  const attachment = await attach(facts);
  const said: string[] = [];
  const follow = {
    identity: { by: 'port', port: first.port } as const,
    attach: (next: ProcessFacts | null) => attach(next ?? facts),
    say: (text: string) => void said.push(text),
  };
  const watch = startTargetWatch({ attachment, follow, loadPort: first.port }, createHostClock());
  const presences: Presence[] = [];
  watch.onPresence((presence) => {
    if (presences.at(-1) !== presence) presences.push(presence);
  });
  const sampled = (segment: number): true | null =>
    watch.samples.some((one) => one.segment === segment && one.values['heap.used'] !== undefined) || null;
  assert.ok(await poll(() => sampled(0), 15_000));
  assert.equal(await first.stop(), 0);
  const second = await spawnService(SERVICE, { port: first.port });
  t.after(() => second.stop('SIGKILL'));
  assert.ok(await poll(() => sampled(1), 20_000), said.join('\n'));
  assert.equal(watch.isLost(), false);
  assert.deepEqual(presences, ['there', 'away', 'there'], 'load of ours waits meanwhile');
  await watch.stop();
  assert.match(said.join('\n'), new RegExp(`back as process ${second.pid}, and watched again`));
  assertLeftAlone(second);
});

test('load without a target: a service that closes its port is released, so that it can end', async (t) => {
  const service = await spawnService(SERVICE, { args: ['--by', 'graceful'] });
  t.after(() => service.stop('SIGKILL'));
  const facts = readProcessFacts(service.pid);
  assert.ok(facts);
  const held = fetch(`${service.baseUrl}/hold`).catch(() => {});
  await fetch(`${service.baseUrl}/health`);
  const watch = startTargetWatch({ process: facts, loadPort: service.port }, createHostClock());
  const presences: Presence[] = [];
  watch.onPresence((presence) => {
    if (presences.at(-1) !== presence) presences.push(presence);
  });
  assert.ok(await poll(() => presences.length === 1 || null, 10_000));
  service.child.kill('SIGTERM');
  // What nobody answers is measured: no other is waited for.
  assert.ok(await poll(() => presences.length === 3 || null, 10_000));
  assert.deepEqual(presences, ['there', 'away', 'there']);
  await watch.stop();
  await service.stop('SIGKILL');
  await held;
});

test('load --port: without a word to follow, a service that ends is lost', async (t) => {
  const service = await spawnService(SERVICE, { args: ['--by', 'exit'] });
  t.after(() => service.stop('SIGKILL'));
  const facts = readProcessFacts(service.pid);
  assert.ok(facts);
  const watch = startTargetWatch({ attachment: await attach(facts), loadPort: null }, createHostClock());
  assert.ok(await poll(() => watch.samples.length > 0 || null, 15_000));
  assert.equal(await service.stop(), 0);
  assert.ok(await poll(() => watch.isLost() || null, 5_000));
  await watch.stop();
});

test('cpu and top say that the service ended, exit code 4, and leave no file', async (t) => {
  const folder = temporaryFolder(t);
  for (const words of [['cpu', '--seconds', '60', '--out', join(folder, 'one')], ['top']]) {
    const service = await spawnService(SERVICE, { args: ['--by', 'exit'] });
    t.after(() => service.stop('SIGKILL'));
    const { code, stderr } = await runCli([...words, '--pid', String(service.pid)], {
      onStart: async (_, err, out) => {
        while (!/profiling/.test(err()) && out() === '') await sleep(50);
        await sleep(300);
        await service.stop();
      },
    });
    assert.equal(code, 4, stderr);
    assert.match(stderr, /exited while the tool was attached: it got a signal to end/);
    // The tool may end before our own event loop has heard of the exit of the service.
    assert.equal(await service.stop(), 0);
  }
  assert.equal(existsSync(join(folder, 'one.cpuprofile')), false);
});
