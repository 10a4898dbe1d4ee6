import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { collapseNumbers } from '../../src/capture/count-descriptors.ts';
import { CpuUsage } from '../../src/capture/cpu-usage.ts';
import { createHostClock } from '../../src/capture/host-clock.ts';
import { parseProcStat } from '../../src/capture/proc-files.ts';
import { ProcessSampler } from '../../src/capture/process-sampler.ts';
import { startInspected } from './inspected-child.ts';

const clock = createHostClock();
const skip = process.platform === 'linux' ? false : 'needs /proc';
const HOLDER = `
const fs = require('fs'); const net = require('net'); const path = require('path');
const held = [];
for (let i = 0; i < 50; i++) held.push(fs.openSync(path.join(__dirname, 'upload-' + i + '.bin'), 'w'));
for (let i = 0; i < 3; i++) held.push(fs.opendirSync(__dirname));
const server = net.createServer((socket) => held.push(socket)).listen(0, '127.0.0.1', () => {
  for (let i = 0; i < 5; i++) held.push(net.connect(server.address().port, '127.0.0.1'));
  setTimeout(() => console.log(server.address().port), 200);
});
setInterval(() => { const end = Date.now() + 100; while (Date.now() < end); }, 200);
`;

test('CPU, memory, threads and descriptors by what they point to', { skip }, async (t) => {
  const target = await startInspected(t, HOLDER);
  const port = target.firstLine;
  const { pid, startTicks } = target;
  const sampler = new ProcessSampler({ pid, startTicks, intervalMs: 500, clock });
  const first = await sampler.sample();
  assert.ok(first.alive);
  assert.equal(first.values['process.cpu'], undefined, 'the first CPU figure of pidusage is always 0');
  await sleep(1000);
  const second = await sampler.sample();
  assert.ok(second.alive);
  const { values } = second;
  assert.ok(values['process.cpu']! > 5 && values['process.cpu']! < 150, `half busy: ${values['process.cpu']} %`);
  assert.ok(values['process.rss']! > 20e6);
  assert.ok(values['process.threads']! >= 5);
  assert.equal(values['process.fds.file'], 50);
  assert.ok(values['process.fds.other']! >= 3, 'directories');
  // Ten ends of five connections, two listening sockets, the inspector's connection; standard streams may be sockets.
  assert.ok(values['process.fds.socket']! >= 13 && values['process.fds.socket']! <= 16);
  assert.ok(values['process.fds.anon']! >= 1);
  const kinds = ['file', 'socket', 'pipe', 'anon', 'other'] as const;
  assert.equal(
    kinds.reduce((sum, kind) => sum + values[`process.fds.${kind}`]!, 0),
    values['process.fds'],
  );
  assert.ok(first.values['process.pss']! > 0 && values['process.pss'] === undefined, 'only every tenth');
  assert.ok(values['process.ctxt.voluntary']! > 0 && values['process.run-delay']! >= 0);
  assert.ok(values['process.ctxt.involuntary']! >= 0);
  const top = sampler.topDescriptors();
  assert.match(top[0]!.pattern, /\/upload-\*\.bin$/);
  assert.equal(top[0]!.count, 50);
  assert.equal(top.find((group) => group.pattern === `TCP accepted on port ${port}, ESTABLISHED`)?.count, 5);
  assert.equal(top.find((group) => group.pattern === `TCP to 127.0.0.1:${port}, ESTABLISHED`)?.count, 5);
});

test('a process that ended is gone, and a reused number is not taken for it', { skip }, async (t) => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  t.after(() => child.kill('SIGKILL'));
  await once(child, 'spawn');
  const pid = child.pid!;
  const startTicks = Number((await import('node:fs')).readFileSync(`/proc/${pid}/stat`, 'utf8').split(' ')[21]);
  const sampler = new ProcessSampler({ pid, startTicks, intervalMs: 100, clock });
  assert.equal((await sampler.sample()).alive, true);
  const other = new ProcessSampler({ pid, startTicks: startTicks - 1, intervalMs: 100, clock });
  assert.deepEqual(await other.sample(), { alive: false, reason: 'reused' });
  child.kill('SIGKILL');
  await once(child, 'exit');
  assert.deepEqual(await sampler.sample(), { alive: false, reason: 'exited' });
});

test('a gap longer than the history of pidusage gives no CPU figure instead of 0', { skip }, async () => {
  let offsetMs = 0;
  const warped = { monoMs: () => clock.monoMs() + offsetMs, wallMs: () => clock.wallMs() + offsetMs };
  const sampler = new ProcessSampler({ pid: process.pid, startTicks: 0, intervalMs: 100, clock: warped });
  await sampler.sample();
  await sleep(50);
  const steady = await sampler.sample();
  assert.ok(steady.alive && steady.values['process.cpu'] !== undefined);
  offsetMs = 60_000;
  const late = await sampler.sample();
  assert.ok(late.alive && late.values['process.cpu'] === undefined && late.values['process.rss']! > 0);
});

test('pidusage is left alone for long enough to forget a number that was taken over', { skip }, async () => {
  let offsetMs = 0;
  const warped = { monoMs: () => clock.monoMs() + offsetMs, wallMs: () => clock.wallMs() + offsetMs };
  const usage = new CpuUsage(process.pid, 1000, warped);
  assert.equal((await usage.read()).state, 'ok');
  usage.rest();
  assert.equal((await usage.read()).state, 'resting');
  offsetMs = 30_000;
  assert.equal((await usage.read()).state, 'ok');
  assert.equal((await new CpuUsage(2 ** 30, 1000, clock).read()).state, 'not-found');
});

test('sampling leaks no descriptor of ours', { skip }, async () => {
  const sampler = new ProcessSampler({ pid: process.pid, startTicks: 0, intervalMs: 20, clock });
  await sampler.sample();
  const before = readdirSync('/proc/self/fd').length;
  for (let i = 0; i < 50; i++) await sampler.sample();
  assert.ok(readdirSync('/proc/self/fd').length <= before + 1);
});

test('the command of a process may hold brackets and spaces', () => {
  const text = `12 (a) b (c)) S 1 ${Array.from({ length: 15 }, () => 0).join(' ')} 7 0 4242 0`;
  assert.deepEqual(parseProcStat(text), { state: 'S', threads: 7, startTicks: 4242 });
  assert.equal(parseProcStat(''), null);
});

test('paths that differ in numbers only become one pattern', () => {
  assert.equal(collapseNumbers('/tmp/f-123-9c0a41e2.log'), '/tmp/f-*-*.log');
  assert.equal(collapseNumbers('/tmp/1b4e28ba-2fa1-11d2-883f-0016d3cca427/x'), '/tmp/*/x');
  assert.equal(collapseNumbers('/srv/decade/facade.db'), '/srv/decade/facade.db');
});
