import assert from 'node:assert/strict';
import { mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { readRun } from '../../src/record/read-run.ts';
import { poll } from '../../src/target/poll.ts';
import { freePort } from '../helpers/free-port.ts';
import { runCli } from '../helpers/run-cli.ts';
import { spawnService } from '../helpers/spawn-service.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { soakInFolder } from './soak-in-folder.ts';

const SERVICE = 'test/targets/troubled-service.mjs';
const MEMORY = '/sys/fs/cgroup/memory';
const LIMIT_MIB = 200;

/** A control group (version 1) with a limit; null where this machine lets nobody make one. */
function makeGroup(t: TestContext): string | null {
  const folder = join(MEMORY, `soak-profiler-${process.pid}-${Date.now()}`);
  try {
    mkdirSync(folder);
    t.after(() => poll(() => tryRemove(folder), 10_000));
    writeFileSync(join(folder, 'memory.limit_in_bytes'), String(LIMIT_MIB * 1024 * 1024));
    return folder;
  } catch {
    return null;
  }
}

function tryRemove(folder: string): true | null {
  try {
    rmdirSync(folder);
    return true;
  } catch {
    return null;
  }
}

test('a service that the kernel kills for lack of memory: top and soak say so, with the limit', async (t) => {
  const group = makeGroup(t);
  if (group === null) {
    t.skip('no control group with a limit of memory can be made here');
    return;
  }
  const start = async (args: readonly string[] = []): Promise<Awaited<ReturnType<typeof spawnService>>> => {
    const service = await spawnService(SERVICE, { args });
    t.after(() => service.stop('SIGKILL'));
    writeFileSync(join(group, 'cgroup.procs'), String(service.pid));
    return service;
  };
  const grow = (baseUrl: string) => (_: number, stderr: () => string, stdout: () => string) =>
    void poll(() => (/rss|steady begins/.test(stderr() + stdout()) ? true : null), 60_000).then(() =>
      fetch(`${baseUrl}/grow`),
    );
  const words = /was killed by the kernel for lack of memory \(limit 200 MiB\)/;

  const first = await start();
  const top = await runCli(['top', '--pid', String(first.pid)], { onStart: grow(first.baseUrl) });
  assert.equal(top.code, 4, top.stderr);
  assert.match(top.stderr, words);

  const second = await start();
  const soak = ['soak', '--pid', String(second.pid), '--seconds', '16', '--snapshots', '0'];
  const { code, stderr, stdout, runDir } = await soakInFolder(t, soak, { onStart: grow(second.baseUrl) });
  assert.equal(code, 4, stderr);
  assert.match(stderr, words);
  assert.match(stdout.replace(/\s+/g, ' '), words);
  const lost = (await readRun(runDir)).events.find((event) => event.type === 'target-lost');
  assert.match(lost?.reason ?? '', words);

  // Before anything is recorded: while the instruments are set up.
  for (const command of [['top'], ['soak', '--seconds', '16', '--snapshots', '0', '--load', 'none']]) {
    const third = await start(['--when-attached', '/grow']);
    const early = await runCli([...command, '--pid', String(third.pid)], { cwd: temporaryFolder(t) });
    assert.equal(early.code, 4, early.stderr);
    assert.match(early.stderr, words);
  }
});

for (const [path, words] of [
  ['/signal?name=SIGSEGV', /was ended by signal SIGSEGV/],
  ['/signal?name=SIGKILL', /was ended by signal SIGKILL/],
  ['/exit?code=7', /ended with exit code 7/],
] as const) {
  test(`how a command that was started ended is told: ${path}`, async (t) => {
    const folder = temporaryFolder(t);
    const port = await freePort();
    const files = ['--out', join(folder, 'run'), '--report-dir', join(folder, 'report')];
    const command = ['--', process.execPath, SERVICE, '--port', String(port)];
    const { code, stderr } = await runCli(['soak', '--seconds', '16', '--snapshots', '0', ...files, ...command], {
      onStart: (_, said) =>
        void poll(() => (/steady begins/.test(said()) ? true : null), 60_000).then(() =>
          fetch(`http://127.0.0.1:${port}${path}`),
        ),
    });
    assert.equal(code, 4, stderr);
    assert.match(stderr, words);
    assert.match(stderr, /did not come back: the command that was started has ended/);
  });
}

test('how a command ended while the instruments were set up is told', async (t) => {
  const folder = temporaryFolder(t);
  const files = ['--out', join(folder, 'run'), '--report-dir', join(folder, 'report')];
  const command = ['--', process.execPath, SERVICE, '--port', '0', '--when-attached', '/signal?name=SIGKILL'];
  const { code, stderr } = await runCli(['soak', '--seconds', '16', '--snapshots', '0', ...files, ...command]);
  assert.equal(code, 4, stderr);
  assert.match(stderr, /was ended by signal SIGKILL/);
});
