import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseCpuProfile } from '../../src/format/cpu-profile.ts';
import { readProcessFacts } from '../../src/target/process-facts.ts';
import { assertLeftAlone } from '../helpers/assert-left-alone.ts';
import { runCli } from '../helpers/run-cli.ts';
import { spawnService } from '../helpers/spawn-service.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const SCRIPT = 'test/targets/busy-loop.mjs';

test('a profile, its flame graph and the hottest function of a running service', async (t) => {
  const service = await spawnService(SCRIPT);
  t.after(() => service.stop());
  const folder = temporaryFolder(t);
  const out = join(folder, 'busy.cpuprofile');
  const { code, stdout, stderr } = await runCli(['cpu', '--pid', String(service.pid), '--seconds', '2', '--out', out]);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /burnCpu +\S*test\/targets\/busy-loop\.mjs:6:17/);
  assert.deepEqual(readdirSync(folder).sort(), ['busy.cpuprofile', 'busy.html']);
  for (const name of readdirSync(folder)) assert.equal(statSync(join(folder, name)).mode & 0o777, 0o600, name);
  const profile = parseCpuProfile(readFileSync(out), out);
  assert.ok(profile.nodes.some(({ callFrame }) => callFrame.functionName === 'burnCpu'));
  assert.match(readFileSync(join(folder, 'busy.html'), 'utf8'), /busy-loop\.mjs/);
  assertLeftAlone(service);
});

test('--json is one document; a file that is there is not replaced', async (t) => {
  const service = await spawnService(SCRIPT);
  t.after(() => service.stop());
  const out = join(temporaryFolder(t), 'busy');
  const words = ['cpu', '--pid', String(service.pid), '--seconds', '1', '--out', out];
  const { code, stdout } = await runCli([...words, '--json', '--interval', '1ms']);
  assert.equal(code, 0);
  const document = JSON.parse(stdout);
  assert.equal(document.functions[0].name, 'burnCpu');
  assert.equal(document.profile, `${out}.cpuprofile`);
  const again = await runCli(words);
  assert.equal(again.code, 2);
  assert.match(again.stderr, /exists already/);
});

test('Ctrl-C keeps what was recorded, closes the inspector and says 130', async (t) => {
  const service = await spawnService(SCRIPT);
  t.after(() => service.stop());
  const out = join(temporaryFolder(t), 'busy.cpuprofile');
  const { code } = await runCli(['cpu', '--pid', String(service.pid), '--seconds', '600', '--out', out], {
    onStart: (pid, stderr) => {
      const timer = setInterval(() => {
        if (!stderr().includes('profiling')) return;
        clearInterval(timer);
        setTimeout(() => process.kill(pid, 'SIGINT'), 1000);
      }, 50);
    },
  });
  assert.equal(code, 130);
  assert.ok(parseCpuProfile(readFileSync(out), out).samples.length > 0);
  assertLeftAlone(service);
});

test('a service that dies in the middle: exit code 4, in words', async (t) => {
  const service = await spawnService(SCRIPT);
  const { code, stderr } = await runCli(['cpu', '--pid', String(service.pid), '--seconds', '600'], {
    cwd: temporaryFolder(t),
    onStart: (_, said) => {
      const timer = setInterval(() => {
        if (!said().includes('profiling')) return;
        clearInterval(timer);
        setTimeout(() => void service.stop('SIGKILL'), 500);
      }, 50);
    },
  });
  assert.equal(code, 4, stderr);
  assert.match(stderr, /(exited|disconnected) while the tool was attached/);
});

test('a command after -- is started and ended with it', async (t) => {
  const folder = temporaryFolder(t);
  const { code, stdout, stderr } = await runCli(
    [
      'cpu',
      '--seconds',
      '1',
      '--out',
      join(folder, 'x'),
      '--json',
      '--',
      process.execPath,
      join(process.cwd(), SCRIPT),
    ],
    { cwd: folder },
  );
  assert.equal(code, 0, stderr);
  assert.equal(readProcessFacts(JSON.parse(stdout).target.pid), null);
});
