import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import WebSocket from 'ws';
import { summariseSnapshot } from '../../src/snapshot-stream/summarise-snapshot.ts';
import { assertLeftAlone } from '../helpers/assert-left-alone.ts';
import { nodeVersions } from '../helpers/node-versions.ts';
import { runCli } from '../helpers/run-cli.ts';
import { spawnService } from '../helpers/spawn-service.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const SCRIPT = 'test/targets/http-service.mjs';
const MAIN = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));

test('heap snapshot: a file that can be read, 0600, with its size, nodes and pause', async (t) => {
  const service = await spawnService(SCRIPT);
  t.after(() => service.stop());
  const out = join(temporaryFolder(t), 'one.heapsnapshot');
  const words = ['heap', 'snapshot', '--pid', String(service.pid), '--out', out];
  const { code, stdout, stderr } = await runCli([...words, '--json']);
  assert.equal(code, 0, stderr);
  const document = JSON.parse(stdout);
  assert.equal(document.file, out);
  assert.equal(document.bytes, statSync(out).size);
  assert.equal(statSync(out).mode & 0o777, 0o600);
  assert.ok(document.pauseMs > 0);
  assert.equal((await summariseSnapshot(out)).nodes, document.nodes);
  assertLeftAlone(service);
  assert.equal((await runCli(words)).code, 2, 'not over a file that is there');
});

test('heap snapshot --out -: the snapshot on stdout, the words on stderr, and no file is left', async (t) => {
  const service = await spawnService(SCRIPT);
  t.after(() => service.stop());
  const folder = temporaryFolder(t);
  const words = ['heap', 'snapshot', '--pid', String(service.pid), '--out', '-'];
  const { code, stdout, stderr } = await runCli(words, { env: { TMPDIR: folder } });
  assert.equal(code, 0, stderr);
  const { snapshot } = JSON.parse(stdout);
  assert.ok(snapshot.node_count > 1000, stderr);
  assert.match(stderr, /nodes, heap .*the service was paused for/);
  assert.deepEqual(readdirSync(folder), []);
  assertLeftAlone(service);
  const refused = await runCli([...words, '--json'], { env: { TMPDIR: folder } });
  assert.equal(refused.code, 2, refused.stderr);
  assert.deepEqual(readdirSync(folder), []);
});

test('heap snapshot --out - that is ended while its reader is slow leaves no snapshot behind', async (t) => {
  const service = await spawnService(SCRIPT);
  t.after(() => service.stop());
  const folder = temporaryFolder(t);
  const words = [MAIN, 'heap', 'snapshot', '--pid', String(service.pid), '--out', '-'];
  const env = { ...process.env, TMPDIR: folder };
  const tool = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'ignore'], env });
  t.after(() => tool.kill('SIGKILL'));
  // More than a pipe holds is still to come.
  await once(tool.stdout, 'readable');
  assert.equal(readdirSync(folder).length, 1);
  tool.kill('SIGTERM');
  await once(tool, 'exit');
  assert.deepEqual(readdirSync(folder), []);
});

test('a snapshot that would take too long is refused with exit code 3, unless forced', async (t) => {
  const service = await spawnService(SCRIPT);
  t.after(() => service.stop());
  const out = join(temporaryFolder(t), 'one.heapsnapshot');
  const words = ['heap', 'snapshot', '--pid', String(service.pid), '--out', out, '--max-pause', '1ms'];
  const refused = await runCli(words);
  assert.equal(refused.code, 3);
  assert.match(refused.stderr, /would be paused for about .*longer than the allowed 1 ms/);
  assert.ok(!existsSync(out) && !existsSync(`${out}.part`));
  assertLeftAlone(service);
  const forced = await runCli([...words, '--force']);
  assert.equal(forced.code, 0, forced.stderr);
  assert.match(forced.stdout, /nodes, heap .*the service was paused for/);
});

// The oldest and the newest: V8 tells it, and how it does may change.
for (const { major, binary, skip } of nodeVersions().filter((_, at, all) => at === 0 || at === all.length - 1)) {
  test(`Node ${major}: while another debugger holds the service at a breakpoint, that is said at once`, {
    skip,
  }, async (t) => {
    const service = await spawnService(SCRIPT, { nodePath: binary, nodeArgs: ['--inspect'] });
    t.after(() => service.stop('SIGKILL'));
    const call = await debuggerOf(t, service.stderr());
    const out = join(temporaryFolder(t), 'one.heapsnapshot');
    // A busy host makes a snapshot seem too long.
    const words = ['heap', 'snapshot', '--pid', String(service.pid), '--out', out, '--max-pause', '10m'];
    await call('Debugger.enable');
    const paused = call('paused');
    await call('Debugger.pause');
    const answer = fetch(service.baseUrl);
    await paused;
    const held = await runCli(words);
    assert.equal(held.code, 3, held.stderr);
    assert.match(held.stderr, /Another debugger has stopped .* at a breakpoint/);
    assert.ok(!existsSync(out));
    await call('Debugger.resume');
    await (await answer).text();
    const { code, stderr } = await runCli(words);
    assert.equal(code, 0, stderr);
  });
}

/** A debugger of somebody else. `paused` waits for the next time that the program is held. */
async function debuggerOf(t: TestContext, told: string): Promise<(method: string) => Promise<void>> {
  const socket = new WebSocket(/ws:\S+/.exec(told)?.[0] ?? '');
  t.after(() => socket.terminate());
  await new Promise((settle) => socket.once('open', settle));
  const waiting = new Map<number | string, () => void>();
  let sent = 0;
  socket.on('message', (data) => {
    const { id, method } = JSON.parse(String(data));
    waiting.get(id ?? (method === 'Debugger.paused' ? 'paused' : ''))?.();
  });
  return (method) =>
    new Promise((settle) => {
      sent += 1;
      waiting.set(method === 'paused' ? method : sent, settle);
      if (method !== 'paused') socket.send(JSON.stringify({ id: sent, method }));
    });
}
