import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { assertLeftAlone } from '../helpers/assert-left-alone.ts';
import { runCli } from '../helpers/run-cli.ts';
import { type RunningService, spawnService } from '../helpers/spawn-service.ts';

async function start(t: TestContext): Promise<RunningService> {
  const service = await spawnService('test/targets/busy-loop.mjs');
  t.after(() => service.stop());
  return service;
}

test('top --once --json: one sample from outside and inside, with CPU', async (t) => {
  const service = await start(t);
  const { code, stdout, stderr } = await runCli(['top', '--pid', String(service.pid), '--once', '--json']);
  assert.equal(code, 0, stderr);
  const { values, perSecond } = JSON.parse(stdout);
  assert.ok(values['process.cpu'] > 5, stdout);
  assert.ok(values['process.rss'] > 0 && values['heap.used'] > 0 && values['loop.delay.p99'] > 0, stdout);
  assert.equal(perSecond.requests, 0);
  assertLeftAlone(service);
});

test('top without a terminal: one line each interval until Ctrl-C, which is no failure', async (t) => {
  const service = await start(t);
  const { code, stdout } = await runCli(['top', '--pid', String(service.pid), '--interval', '500ms'], {
    onStart: (pid, _, stdout) => {
      const waiting = setInterval(() => {
        if (stdout().split('\n').length < 4) return;
        clearInterval(waiting);
        process.kill(pid, 'SIGINT');
      }, 100);
    },
  });
  assert.equal(code, 0);
  const lines = stdout.trimEnd().split('\n');
  assert.ok(lines.length > 1, stdout);
  for (const line of lines) assert.match(line, /^cpu .* rss .* heap .* loop p50 /);
  assertLeftAlone(service);
});

test('a service that ends gives exit code 4', async (t) => {
  const service = await start(t);
  const { code, stderr } = await runCli(['top', '--pid', String(service.pid)], {
    onStart: async (_, err, out) => {
      // The first line says that it is attached.
      while (out() === '' && err() === '') await sleep(50);
      await service.stop('SIGKILL');
    },
  });
  assert.equal(code, 4, stderr);
  assert.match(stderr, /(exited|disconnected) while the tool was attached/);
});
