import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createRun } from '../../src/record/open-run.ts';
import { type CliResult, runCli } from '../helpers/run-cli.ts';
import { type RunningService, spawnService } from '../helpers/spawn-service.ts';
import { exampleManifest } from '../record/example-run.ts';
import { startAttacher } from '../target/start-target.ts';

/** Far longer than five refusals take on a busy machine, so that whoever waits for the target is seen to. */
const BLOCKED_MS = 90_000;

async function startService(t: TestContext): Promise<RunningService> {
  const service = await spawnService('test/targets/troubled-service.mjs');
  t.after(() => service.stop('SIGKILL'));
  return service;
}

function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'second-instance-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

test('a second instance refuses and names the first without asking the target, which stands still', async (t) => {
  const service = await startService(t);
  const folder = temporaryFolder(t);
  const first = await startAttacher(t, { pid: service.pid });
  await fetch(`${service.baseUrl}/block?ms=${BLOCKED_MS}`);
  const startMs = performance.now();
  const commands: Readonly<Record<string, readonly string[]>> = {
    soak: ['soak', '--seconds', '20', '--out', join(folder, 'run'), '--report-dir', join(folder, 'report')],
    cpu: ['cpu', '--seconds', '1', '--out', join(folder, 'cpu')],
    'heap snapshot': ['heap', 'snapshot', '--out', join(folder, 'x.heapsnapshot')],
    top: ['top', '--once'],
    detach: ['detach'],
  };
  for (const [name, words] of Object.entries(commands)) {
    const { code, stderr } = await runCli([...words, '--pid', String(service.pid)]);
    assert.equal(code, 3, `${name}: ${stderr}`);
    assert.match(
      stderr,
      new RegExp(`Another profiler \\(pid ${first.child.pid}: attach-and-wait\\.js ${service.pid}\\)`),
    );
  }
  assert.ok(performance.now() - startMs < BLOCKED_MS, 'nobody waited until the target went on');
  assert.deepEqual(readdirSync(folder), []);
});

test('a refused soak leaves no folder, so that the next try is refused for the same reason', async (t) => {
  const service = await startService(t);
  const folder = temporaryFolder(t);
  const runDir = join(folder, 'profiles', 'run');
  const soak = (...words: readonly string[]): Promise<CliResult> =>
    runCli(['soak', '--seconds', '20', '--out', runDir, '--report-dir', join(folder, 'report'), ...words]);
  await startAttacher(t, { pid: service.pid });
  for (const attempt of [1, 2]) {
    const { code, stderr } = await soak('--pid', String(service.pid));
    assert.equal(code, 3, `try ${attempt}: ${stderr}`);
    assert.equal(existsSync(runDir), false);
  }
});

test('a soak that fails before its first sample leaves no folder, and a folder of before as it was', async (t) => {
  const service = await startService(t);
  const folder = temporaryFolder(t);
  const runDir = join(folder, 'run');
  const words = ['soak', '--pid', String(service.pid), '--seconds', '10', '--snapshots', '0', '--out', runDir];
  // The load cannot be prepared: found out when the target is attached to already.
  const scenario = ['--scenario', 'test/targets/scenarios/http-service.yaml', '--url', 'ftp://127.0.0.1'];
  const report = ['--report-dir', join(folder, 'report')];
  const refused = await runCli([...words, ...scenario, ...report]);
  assert.equal(refused.code, 2, refused.stderr);
  assert.deepEqual(readdirSync(folder), []);
});

test('a refused --force keeps the run that it would have replaced', async (t) => {
  const service = await startService(t);
  const folder = temporaryFolder(t);
  const runDir = join(folder, 'run');
  await (await createRun(runDir, exampleManifest())).close();
  writeFileSync(join(runDir, 'heap', '1.heapsnapshot'), 'of an earlier night');
  await startAttacher(t, { pid: service.pid });
  const words = ['soak', '--pid', String(service.pid), '--seconds', '10', '--out', runDir, '--force'];
  const refused = await runCli([...words, '--report-dir', join(folder, 'report')]);
  assert.equal(refused.code, 3, refused.stderr);
  assert.equal(readFileSync(join(runDir, 'heap', '1.heapsnapshot'), 'utf8'), 'of an earlier night');
});
