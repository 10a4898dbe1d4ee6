import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Report } from '../../src/model/report.ts';
import { readRun } from '../../src/record/read-run.ts';
import { type CliResult, runCli } from '../helpers/run-cli.ts';
import { spawnService } from '../helpers/spawn-service.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

async function soak(t: TestContext, words: readonly string[]): Promise<CliResult & { readonly run: string }> {
  const folder = temporaryFolder(t);
  const run = join(folder, 'run');
  const slo = join(folder, 'slo.yaml');
  writeFileSync(slo, 'resources: [ "rss<1GiB" ]\n');
  const places = ['--out', run, '--report-dir', join(folder, 'report'), '--slo', slo];
  return { run, ...(await runCli(['soak', ...words, '--load', 'none', '--seconds', '10', ...places, '--json'])) };
}

function assertSampled(stdout: string, pid: number): void {
  const report = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as Report;
  assert.equal(report.run.target.pid, pid);
  const rss = report.gates.find(({ name }) => name === 'rss max');
  assert.ok(rss && rss.status === 'pass' && Number(rss.measured) > 0, JSON.stringify(report.gates));
}

test('a process that is not Node, and who listens at --url alone, are sampled from outside and not touched', async (t) => {
  const child: ChildProcess = spawn('sleep', ['600']);
  t.after(() => child.kill());
  await once(child, 'spawn');
  const service = await spawnService('test/targets/http-service.mjs');
  t.after(() => service.stop());
  const [{ run, stdout, stderr, code }, listener] = await Promise.all([
    soak(t, ['--pid', String(child.pid)]),
    soak(t, ['--url', service.baseUrl]),
  ]);
  assert.equal(code, 5, stderr);
  assertSampled(stdout, child.pid ?? 0);
  const { samples, events } = await readRun(run);
  assert.ok(samples.every(({ values }) => values['process.rss'] !== undefined && values['heap.used'] === undefined));
  assert.deepEqual(
    events.filter(({ type }) => type === 'capture' || type === 'error'),
    [],
  );
  // SIGUSR1 would have ended it.
  assert.deepEqual([child.exitCode, child.signalCode], [null, null]);
  assertSampled(listener.stdout, service.pid);
  assert.equal(service.stderr(), '');
});
