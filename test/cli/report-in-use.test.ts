import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { runCli } from '../helpers/run-cli.ts';

const LOCK = new URL('../../src/cli/report-lock.js', import.meta.url).href;

/** Another process that will write its report into the folder, and ends when it is killed. */
async function startWriter(t: TestContext, dir: string): Promise<ChildProcess> {
  const program = `import { lockReport } from ${JSON.stringify(LOCK)};
    await lockReport(${JSON.stringify(dir)});
    console.log('locked');
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  return child;
}

test('a report folder has one writer: soak, verify and report name the other and touch nothing', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'report-in-use-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const run = join(folder, 'run');
  cpSync('profiles/example', run, { recursive: true });
  mkdirSync(join(folder, 'real'));
  symlinkSync('real', join(folder, 'link'));
  // The folder itself is not there yet: it is known by where it will be.
  const writer = await startWriter(t, join(folder, 'real', 'report'));
  const reportDir = join(folder, 'link', 'report');
  for (const words of [
    ['report', run],
    // Refused before the target is looked for: nothing listens there.
    ['soak', '--port', '1', '--seconds', '10', '--out', join(folder, 'next')],
    ['verify', run, '--finding', 'anything', '--port', '1'],
  ]) {
    const { code, stderr } = await runCli([...words, '--report-dir', reportDir], { cwd: folder });
    assert.equal(code, 2, stderr);
    assert.match(stderr, new RegExp(`Process ${writer.pid} .*is writing its report into .*--report-dir`, 's'));
  }
  assert.deepEqual(readdirSync(join(folder, 'real')), []);
  writer.kill('SIGKILL');
  await once(writer, 'close');
  const { code, stderr } = await runCli(['report', run, '--report-dir', reportDir], { cwd: folder });
  assert.notEqual(code, 2, stderr);
  assert.ok(readdirSync(join(folder, 'real', 'report')).includes('index.html'));
});
