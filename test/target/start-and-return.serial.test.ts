import assert from 'node:assert/strict';
import { mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { resolveTarget } from '../../src/cli/resolve-target.ts';
import { attach } from '../../src/target/attach.ts';
import { detachLeftover } from '../../src/target/detach-leftover.ts';
import { isSameProcess, readProcessFacts } from '../../src/target/process-facts.ts';
import { startCommand } from '../../src/target/start-command.ts';
import { startTarget } from './start-target.ts';

const TIMEOUT = { timeout: 60_000 };
const SERVICE = ['test/targets/attach/http-service.mjs'];

function logFile(context: TestContext): { readonly fd: number; readonly path: string } {
  const folder = mkdtempSync(join(tmpdir(), 'start-command-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'log');
  return { fd: openSync(path, 'w'), path };
}

test('a command is started, attached to and stopped', TIMEOUT, async (context) => {
  const log = logFile(context);
  const command = await startCommand([process.execPath, ...SERVICE], { outputFd: log.fd });
  context.after(() => command.stop());
  assert.equal(command.facts.listening?.length, 1);
  const attachment = await attach(command.facts);
  assert.deepEqual(await attachment.detach(), { inspectorClosed: true, problems: [] });
  await command.stop();
  assert.deepEqual(await command.ended, { by: 'signal', signal: 'SIGTERM' });
  assert.match(readFileSync(log.path, 'utf8'), /ready \d+/);
});

test('a target is resolved by whatever names it, and attached to', TIMEOUT, async (context) => {
  const signals = { stop: new AbortController().signal, add: () => {}, release: async () => {} };
  const local = { url: null, allowRemote: false, signals };
  const service = await startTarget(context, 'http-service.mjs');
  const found = await resolveTarget({ port: service.port }, 'soak', local);
  assert.equal(found.facts.pid, service.facts.pid);
  const attachment = await found.attach?.(null);
  assert.ok(attachment);
  const again = await resolveTarget({ inspect: attachment.inspector.url }, 'soak', local);
  assert.equal(again.facts.pid, service.facts.pid);
  assert.equal(again.process?.startTicks, service.facts.startTicks);
  await detachLeftover(service.facts, { force: true });

  const started = await resolveTarget({ command: [process.execPath, ...SERVICE] }, 'soak', local);
  const own = await started.attach?.(null);
  assert.equal(own?.facts.pid, started.facts.pid);
  assert.equal((await own?.detach())?.inspectorClosed, true);
  await started.release();
  assert.equal(readProcessFacts(started.facts.pid), null);
});

test('the Node process is found below shell and npm, and all of them are stopped', TIMEOUT, async (context) => {
  const log = logFile(context);
  const folder = join(log.path, '..');
  const script = `${process.execPath} ${process.cwd()}/${SERVICE[0]}`;
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({ name: 'wrapped', scripts: { start: `sh -c '${script}; true'` } }),
  );
  const command = await startCommand(['npm', 'start'], { cwd: folder, outputFd: log.fd });
  context.after(() => command.stop());
  assert.match(command.facts.commandLine.join(' '), /http-service\.mjs/);
  await command.stop();
  assert.equal(isSameProcess(command.facts), false);
});

test('a command that does not exist, one that ends at once, one without Node', TIMEOUT, async (context) => {
  const outputFd = logFile(context).fd;
  await assert.rejects(startCommand(['no-such-program-here']), { code: 'command-not-found', exitCode: 2 });
  await assert.rejects(startCommand([process.execPath, '-e', 'process.exit(3)'], { outputFd }), {
    code: 'command-not-ready',
    exitCode: 3,
    message: /ended with code 3/,
  });
  await assert.rejects(startCommand(['sleep', '50'], { outputFd, readyDeadlineMs: 500 }), {
    code: 'command-not-ready',
    exitCode: 3,
  });
});
