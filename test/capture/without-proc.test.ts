import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { readRun } from '../../src/record/read-run.ts';
import { freePort } from '../helpers/free-port.ts';
import { type CliResult, runCli } from '../helpers/run-cli.ts';
import { spawnService } from '../helpers/spawn-service.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

// A system without /proc is played by its name alone: nothing of ours reads /proc then, and pidusage asks `ps`, as it does
// on macOS. (As `freebsd`, since on macOS the times of `ps` have hundredths.)

function runWithoutProc(context: TestContext, words: readonly string[]): Promise<CliResult> {
  const preload = join(temporaryFolder(context), 'platform.cjs');
  writeFileSync(preload, `Object.defineProperty(process, 'platform', { value: 'freebsd' });`);
  return runCli(words, { env: { NODE_OPTIONS: `--require ${preload}` } });
}

test('without /proc a soak of an open inspector measures CPU and memory by pidusage', async (t) => {
  const port = await freePort();
  const service = await spawnService('test/targets/http-service.mjs', { nodeArgs: [`--inspect=127.0.0.1:${port}`] });
  t.after(() => service.stop());
  const folder = temporaryFolder(t);
  const run = join(folder, 'run');
  const { code, stderr } = await runWithoutProc(t, [
    ...['soak', '--inspect', `127.0.0.1:${port}`, '--seconds', '10', '--snapshots', '0', '--fail-on', 'none'],
    ...['--out', run, '--report-dir', join(folder, 'report'), '--quiet'],
  ]);
  assert.ok([0, 5].includes(code ?? -1), stderr);
  const { samples, manifest } = await readRun(run);
  assert.equal(manifest.target.pid, service.pid);
  const named = new Set(samples.flatMap(({ values }) => Object.keys(values)));
  assert.ok(named.has('process.cpu') && named.has('process.rss') && named.has('heap.used'), [...named].join());
  assert.ok(!named.has('process.threads') && !named.has('process.fds'));
  assert.ok(samples.some(({ values }) => (values['process.rss'] ?? 0) > 10e6));
});

test('without /proc doctor says what is missing, and a process cannot be named by its number', async (t) => {
  const doctor = await runWithoutProc(t, ['doctor']);
  assert.equal(doctor.code, 3);
  assert.match(doctor.stdout, /by pidusage.*process\.cpu, process\.rss/);
  assert.match(doctor.stdout, /not measured without \/proc: .*process\.threads.*process\.fds/);
  assert.match(doctor.stdout, /--inspect 127\.0\.0\.1:9229/);
  const { code, stderr } = await runWithoutProc(t, ['cpu', '--pid', '1']);
  assert.equal(code, 2);
  assert.match(stderr, /Processes are found through \/proc, which freebsd does not have/);
});
