import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { readRun } from '../../src/record/read-run.ts';
import { readProcessFacts } from '../../src/target/process-facts.ts';
import { freePort } from '../helpers/free-port.ts';
import { runCli } from '../helpers/run-cli.ts';
import { type RunningService, spawnService } from '../helpers/spawn-service.ts';
import { soakInFolder } from './soak-in-folder.ts';

const SERVICE = 'test/targets/http-service.mjs';
const SCENARIO = 'test/targets/scenarios/http-service.yaml';

async function startService(t: TestContext, args: readonly string[] = [], port?: number): Promise<RunningService> {
  const service = await spawnService(SERVICE, { args, ...(port === undefined ? {} : { port }) });
  t.after(() => service.stop());
  return service;
}

function soakWords(service: RunningService, seconds: number): string[] {
  return [
    'soak',
    '--pid',
    String(service.pid),
    '--seconds',
    String(seconds),
    '--scenario',
    SCENARIO,
    '--url',
    service.baseUrl,
    '--rate',
    '60',
  ];
}

/** Waits until the words of the tool match, however long it takes up to a minute. */
async function until(condition: () => boolean, what: string): Promise<void> {
  for (let tries = 0; tries < 600; tries += 1) {
    if (condition()) return;
    await sleep(100);
  }
  assert.fail(`waited in vain for ${what}`);
}

test('Ctrl-C once: the report is written from what there is, exit code 130', async (t) => {
  const service = await startService(t);
  const { code, stderr, report } = await soakInFolder(t, soakWords(service, 120), {
    onStart: (pid, words) =>
      void until(() => words().includes('steady begins'), 'the steady phase')
        .then(() => sleep(4000))
        .then(() => process.kill(pid, 'SIGINT')),
  });
  assert.equal(code, 130, stderr);
  assert.ok(report().run.durationMs < 60_000);
  assert.equal((await fetch(`${service.baseUrl}/health`)).status, 200);
});

test('Ctrl-C once while the service is stopped: it is not waited for through every deadline', async (t) => {
  const service = await startService(t);
  let toldMs = 0;
  const { code, stderr } = await soakInFolder(t, ['soak', '--pid', String(service.pid), '--seconds', '120'], {
    onStart: (pid, words) =>
      void until(() => words().includes('steady begins'), 'the steady phase').then(() => {
        process.kill(service.pid, 'SIGSTOP');
        toldMs = performance.now();
        process.kill(pid, 'SIGINT');
      }),
  });
  const tookMs = performance.now() - toldMs;
  process.kill(service.pid, 'SIGCONT');
  assert.equal(code, 130, stderr);
  // One call after the other took three minutes.
  assert.ok(tookMs < 100_000, `${tookMs} ms`);
  assert.equal((await fetch(`${service.baseUrl}/health`)).status, 200);
});

test('kill -9 of the tool: the run is readable, the report can be made, the inspector closes within a minute', async (t) => {
  const service = await startService(t, ['--fault', 'leak-listener']);
  const ports = listeningPorts(service);
  const killed = await soakInFolder(t, soakWords(service, 120), {
    onStart: (pid, words) =>
      void until(() => words().includes('steady begins'), 'the steady phase')
        .then(() => sleep(10_000))
        .then(() => process.kill(pid, 'SIGKILL')),
  });
  assert.equal(killed.code, null);
  const run = await readRun(killed.runDir);
  assert.ok(run.samples.length > 10, `${run.samples.length} samples`);
  const again = await runCli(['report', killed.runDir, '--report-dir', killed.reportDir]);
  assert.ok([1, 5].includes(again.code ?? -1), again.stderr);
  assert.match(again.stdout, /end of the run is not recorded/);
  assert.match(readFileSync(join(killed.reportDir, 'report.md'), 'utf8'), /#/);
  await until(() => listeningPorts(service).join() === ports.join(), 'the inspector to close');
  assert.equal((await fetch(`${service.baseUrl}/health`)).status, 200);
});

test('the service restarts: found again, a new segment, the run goes on', async (t) => {
  // The same command line again: the port is named in it.
  const service = await startService(t, [], await freePort());
  let successor: RunningService | null = null;
  t.after(() => successor?.stop());
  const { code, stderr, runDir } = await soakInFolder(t, soakWords(service, 40), {
    onStart: (_, words) =>
      void until(() => words().includes('steady begins'), 'the steady phase').then(async () => {
        await service.stop('SIGKILL');
        successor = await spawnService(SERVICE, { port: service.port });
      }),
  });
  assert.ok([0, 1, 5].includes(code ?? -1), stderr);
  const { events, manifest, samples } = await readRun(runDir);
  assert.ok(events.some((event) => event.type === 'target-lost'));
  assert.ok(events.some((event) => event.type === 'target-back' && event.segment === 1));
  assert.equal(manifest.segments.length, 2);
  assert.ok(
    samples.some((sample) => sample.segment === 1 && sample.values['heap.used'] !== undefined),
    `the new process is seen from inside too: ${stderr}`,
  );
});

test('the terminal is closed (SIGHUP): the soak goes on to its planned end and writes its report', async (t) => {
  const service = await startService(t);
  const { code, stderr, report, runDir } = await soakInFolder(t, [...soakWords(service, 12), '--snapshots', '0'], {
    onStart: (pid, words) =>
      void until(() => words().includes('steady begins'), 'the steady phase').then(() => process.kill(pid, 'SIGHUP')),
  });
  assert.ok([0, 1, 5].includes(code ?? -1), stderr);
  assert.ok(report().run.durationMs > 0);
  const { events } = await readRun(runDir);
  assert.ok(events.some((event) => event.type === 'end' && event.reason === 'completed'));
  assert.equal((await fetch(`${service.baseUrl}/health`)).status, 200);
});

test('the service dies for good: exit code 4, and the report is written', async (t) => {
  const service = await startService(t);
  const { code, stderr, report } = await soakInFolder(t, soakWords(service, 120), {
    onStart: (_, words) =>
      void until(() => words().includes('steady begins'), 'the steady phase').then(() => service.stop('SIGKILL')),
  });
  assert.equal(code, 4, stderr);
  assert.ok(report().run.durationMs > 0);
});

test('a service that nobody asks anything: not enough data, exit code 5', async (t) => {
  const service = await startService(t);
  const words = ['soak', '--pid', String(service.pid), '--seconds', '10', '--snapshots', '2', '--fail-on', 'none'];
  const { code, stdout } = await soakInFolder(t, words);
  assert.equal(code, 5);
  assert.match(stdout, /NOT ENOUGH DATA[\s\S]*No requests were seen/);
});

test('traffic that is there is watched: --load none', async (t) => {
  const service = await startService(t);
  const folder = mkdtempSync(join(tmpdir(), 'profiler-e2e-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const calling = new AbortController();
  const calls = (async () => {
    while (!calling.signal.aborted) {
      await fetch(`${service.baseUrl}/health`).then((answer) => answer.text());
      await sleep(20);
    }
  })();
  const { stdout, stderr } = await runCli([
    'soak',
    '--port',
    String(service.port),
    '--seconds',
    '20',
    '--json',
    '--out',
    join(folder, 'run'),
    '--report-dir',
    join(folder, 'report'),
  ]);
  calling.abort();
  await calls;
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  assert.equal(lines.at(-1)?.schema, 'profiler-report/1', stderr);
  const { samples } = await readRun(join(folder, 'run'));
  const served = Math.max(...samples.map((sample) => sample.values['requests.served'] ?? 0));
  assert.ok(served > 100, `${served} requests were counted inside the target`);
});

function listeningPorts(service: RunningService): number[] {
  return (readProcessFacts(service.pid)?.listening ?? []).map(({ port }) => port).sort();
}
