import assert from 'node:assert/strict';
import { lstatSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { assertLeftAlone } from '../helpers/assert-left-alone.ts';
import { interopPackage } from '../helpers/interop-packages.ts';
import { nodeVersion } from '../helpers/node-versions.ts';
import { runCli } from '../helpers/run-cli.ts';
import { type RunningService, spawnService } from '../helpers/spawn-service.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const AGENT = ['--import', 'soak-profiler/agent'];

async function start(
  t: TestContext,
  script: string,
  { major, agent = false, args = [] }: { readonly major: number; readonly agent?: boolean; readonly args?: string[] },
): Promise<{ readonly service: RunningService; readonly temporary: string }> {
  const temporary = temporaryFolder(t);
  const service = await spawnService(script, {
    nodePath: nodeVersion(major).binary,
    nodeArgs: agent ? AGENT : [],
    args,
    env: { TMPDIR: temporary, XDG_RUNTIME_DIR: undefined },
  });
  t.after(() => service.stop());
  return { service, temporary };
}

const caught = (pid: number): string => /SigCgt:\s*(\w+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '';

async function hottest(
  service: RunningService,
  t: TestContext,
  words: readonly string[] = [],
): Promise<string | undefined> {
  const out = join(temporaryFolder(t), 'one.cpuprofile');
  const base = ['cpu', '--pid', String(service.pid), '--seconds', '1', '--interval', '1ms', '--json', '--out', out];
  const { code, stdout, stderr } = await runCli([...base, ...words]);
  assert.equal(code, 0, stderr);
  const { functions } = JSON.parse(stdout) as { readonly functions: readonly { readonly name: string }[] };
  return functions[0]?.name;
}

for (const { major, agent } of [
  { major: 20, agent: false },
  { major: 22, agent: true },
  { major: 24, agent: false },
]) {
  const { path, skip } = interopPackage('v8-profiler-next', major);
  test(`v8-profiler-next through the ${agent ? 'agent' : 'inspector'} names the same hot function on Node ${major}`, {
    skip: skip || nodeVersion(major).skip,
  }, async (t) => {
    const { service } = await start(t, 'test/targets/busy-loop.mjs', { major, agent });
    const words = ['--cpu-backend', 'v8-profiler-next', '--addon-path', path];
    const byAddon = await hottest(service, t, words);
    assert.equal(byAddon, 'burnCpu');
    assert.equal(byAddon, await hottest(service, t));
    assert.equal(await hottest(service, t, words), byAddon, 'loaded already, it is used again');
    assertLeftAlone(service);
  });
}

test('where the service counts what of it runs, v8-profiler-next records the CPU and leaves the count alone', {
  skip: interopPackage('v8-profiler-next', 20).skip || nodeVersion(20).skip,
}, async (t) => {
  const coverage = join(temporaryFolder(t), 'coverage');
  const service = await spawnService('test/targets/self-profiled-service.mjs', {
    nodePath: nodeVersion(20).binary,
    env: { NODE_V8_COVERAGE: coverage },
  });
  t.after(() => service.stop('SIGKILL'));
  const words = ['cpu', '--pid', String(service.pid), '--seconds', '1', '--out', join(temporaryFolder(t), 'x')];
  assert.equal((await runCli(words)).code, 3, 'the inspector would end the count');
  const { path } = interopPackage('v8-profiler-next', 20);
  const taken = await runCli([...words, '--cpu-backend', 'v8-profiler-next', '--addon-path', path]);
  assert.equal(taken.code, 0, taken.stderr);
  await (await fetch(service.baseUrl)).text();
  await service.stop();
  const [file = ''] = readdirSync(coverage);
  assert.match(readFileSync(join(coverage, file), 'utf8'), /"functionName":"keepOne","ranges":\[\{[^}]*"count":\d{3,}/);
});

const PROFILES_ITSELF = `
const { Session } = require('node:inspector');
const session = new Session();
session.connect();
session.post('Profiler.enable');
session.post('Profiler.start');
setInterval(function burnCpu() { for (const start = Date.now(); Date.now() - start < 30; ); }, 40);
const server = require('node:http').createServer((_request, response) =>
  session.post('Profiler.stop', (error, result) => response.end(String(error ?? result.profile.samples.length))),
);
server.listen(0, '127.0.0.1', () =>
  console.log(JSON.stringify({ listening: { host: '127.0.0.1', port: server.address().port }, pid: process.pid })),
);
`;

test('where the service profiles itself, v8-profiler-next records beside it', {
  skip: interopPackage('v8-profiler-next', 20).skip || nodeVersion(20).skip,
}, async (t) => {
  const script = join(temporaryFolder(t), 'profiles-itself.cjs');
  writeFileSync(script, PROFILES_ITSELF);
  const { service } = await start(t, script, { major: 20 });
  const words = ['cpu', '--pid', String(service.pid), '--seconds', '1', '--out', join(temporaryFolder(t), 'x')];
  const refused = await runCli(words);
  assert.equal(refused.code, 3);
  assert.match(refused.stderr, /--cpu-backend v8-profiler-next/);
  const { path } = interopPackage('v8-profiler-next', 20);
  assert.equal(await hottest(service, t, ['--cpu-backend', 'v8-profiler-next', '--addon-path', path]), 'burnCpu');
  assert.ok(Number(await (await fetch(service.baseUrl)).text()) > 0, 'its own profile');
});

async function load(service: RunningService, requests: number): Promise<void> {
  for (let sent = 0; sent < requests; sent += 1)
    await (await fetch(`${service.baseUrl}/quotes?article=${sent % 200}`)).arrayBuffer();
}

/** The suspects between two snapshots, a load apart. */
async function suspects(service: RunningService, t: TestContext, words: readonly string[] = []): Promise<object[]> {
  const folder = temporaryFolder(t);
  const files = ['a', 'b'].map((name) => join(folder, `${name}.heapsnapshot`));
  await load(service, 200);
  for (const out of files) {
    const taken = await runCli(['heap', 'snapshot', '--pid', String(service.pid), '--out', out, '--json', ...words]);
    assert.equal(taken.code, 0, taken.stderr);
    const { nodes, bytes, pauseMs } = JSON.parse(taken.stdout);
    assert.ok(nodes > 1_000 && pauseMs > 0);
    assert.equal(lstatSync(out).size, bytes);
    assert.equal(lstatSync(out).mode & 0o777, 0o600);
    await load(service, 500);
  }
  const { stdout } = await runCli(['heap', 'diff', ...files, '--json']);
  const { findings } = JSON.parse(stdout) as {
    readonly findings: readonly { readonly id: string; readonly subject: { readonly holder: string } }[];
  };
  return findings.slice(0, 1).map(({ id, subject }) => ({ id, holder: subject.holder }));
}

for (const { major, agent } of [
  { major: 20, agent: false },
  { major: 24, agent: true },
  { major: 26, agent: false },
]) {
  const { path, skip } = interopPackage('heapdump', major);
  test(`heapdump through the ${agent ? 'agent' : 'inspector'}: the same suspects on Node ${major}`, {
    skip: skip || nodeVersion(major).skip,
  }, async (t) => {
    const { service, temporary } = await start(t, 'test/targets/http-service.mjs', {
      major,
      agent,
      args: ['--fault', 'leak-array'],
    });
    const before = { caught: caught(service.pid), temporary: readdirSync(temporary) };
    const byAddon = await suspects(service, t, ['--heap-backend', 'heapdump', '--addon-path', path]);
    assert.equal(byAddon.length, 1);
    assert.deepEqual({ caught: caught(service.pid), temporary: readdirSync(temporary) }, before, 'no handler, no file');
    assert.deepEqual(byAddon, await suspects(service, t));
    assertLeftAlone(service);
  });
}

test('heapdump obeys the estimate: refused where the pause would be too long', {
  skip: interopPackage('heapdump', 20).skip,
}, async (t) => {
  const { service, temporary } = await start(t, 'test/targets/http-service.mjs', { major: 20 });
  const out = join(temporaryFolder(t), 'one.heapsnapshot');
  const words = ['heap', 'snapshot', '--pid', String(service.pid), '--out', out, '--max-pause', '1ms'];
  const { code, stderr } = await runCli([
    ...words,
    '--heap-backend',
    'heapdump',
    '--addon-path',
    interopPackage('heapdump', 20).path,
  ]);
  assert.equal(code, 3);
  assert.match(stderr, /longer than the allowed 1 ms/);
  assert.deepEqual(readdirSync(temporary), []);
  assertLeftAlone(service);
});

test('an add-on for another Node is not loaded, and v8-profiler-next on Node 26 is told to be of no use', {
  skip: interopPackage('heapdump', 22).skip || nodeVersion(26).skip,
}, async (t) => {
  const { service } = await start(t, 'test/targets/busy-loop.mjs', { major: 20 });
  const out = join(temporaryFolder(t), 'one');
  const wrong = ['--heap-backend', 'heapdump', '--addon-path', interopPackage('heapdump', 22).path, '--out', out];
  const refused = await runCli(['heap', 'snapshot', '--pid', String(service.pid), ...wrong]);
  assert.equal(refused.code, 3);
  assert.match(refused.stderr, /was built for ABI 127, and the service runs v20\.\S+ with ABI 115/);
  assertLeftAlone(service);

  const { service: newest } = await start(t, 'test/targets/busy-loop.mjs', { major: 26 });
  const cpu = ['cpu', '--pid', String(newest.pid), '--seconds', '1', '--cpu-backend', 'v8-profiler-next', '--out', out];
  const none = await runCli([...cpu, '--addon-path', interopPackage('v8-profiler-next', 24).path]);
  assert.equal(none.code, 3);
  assert.match(none.stderr, /does not build on Node 26/);
  assertLeftAlone(newest);
});
