import assert from 'node:assert/strict';
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createHostClock } from '../../src/capture/host-clock.ts';
import { readRun } from '../../src/record/read-run.ts';
import { takeOneSnapshot } from '../../src/session/take-one-snapshot.ts';
import { attach } from '../../src/target/attach.ts';
import { readProcessFacts } from '../../src/target/process-facts.ts';
import { runCli } from '../helpers/run-cli.ts';
import { spawnService } from '../helpers/spawn-service.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const BUSY = `
import { createServer } from 'node:http';
function größeÄndern(bis) { let summe = 0; for (let i = 0; i < bis; i++) summe += Math.sqrt(i); return summe; }
const server = createServer((_, response) => response.end(String(größeÄndern(1e6))));
setInterval(() => größeÄndern(3e6), 20);
server.listen(Number(process.argv[process.argv.indexOf('--port') + 1]), '127.0.0.1', () => {
  const { address: host, port } = server.address();
  console.log(JSON.stringify({ listening: { host, port }, pid: process.pid }));
});
`;

test('what is told of the size of a capture is the size of its file, whatever the letters in it', async (t) => {
  const folder = temporaryFolder(t);
  const script = join(folder, 'busy.mjs');
  writeFileSync(script, BUSY);
  const service = await spawnService(script);
  t.after(() => service.stop());
  const run = join(folder, 'run');
  const words = ['soak', '--pid', String(service.pid), '--load', 'none', '--seconds', '10', '--snapshots', '0'];
  const { stderr } = await runCli([...words, '--out', run, '--report-dir', join(folder, 'report')]);
  const { events } = await readRun(run);
  const kept = events.flatMap((event) => (event.type === 'capture' && event.file !== null ? [event] : []));
  assert.ok(
    kept.some(({ capture }) => capture === 'cpu') && kept.some(({ capture }) => capture === 'heap-profile'),
    stderr,
  );
  for (const { file, bytes } of kept) assert.equal(bytes, statSync(join(run, file ?? '')).size, String(file));
});

test('a snapshot that cannot get a connection of its own leaves no probe in the service', async (t) => {
  const service = await spawnService('test/targets/http-service.mjs');
  t.after(() => service.stop());
  const facts = readProcessFacts(service.pid);
  assert.ok(facts);
  const attachment = await attach(facts);
  t.after(() => attachment.detach());
  const connect = attachment.connect;
  attachment.connect = () => Promise.reject(new Error('no second connection'));
  const options = { path: join(temporaryFolder(t), 'one.heapsnapshot'), maxPauseMs: null, force: false };
  await assert.rejects(
    takeOneSnapshot(attachment, { ...options, clock: createHostClock(), onEstimate: () => {} }),
    /no second connection/,
  );
  attachment.connect = connect;
  const probe = "typeof globalThis[Symbol.for('soak-profiler')].probe";
  assert.equal(await attachment.session.evaluate(probe), 'undefined');
});

test('--max-pause bounds the start of the CPU profile and the readings of the allocations', async (t) => {
  const service = await spawnService('test/targets/http-service.mjs');
  t.after(() => service.stop());
  const run = join(temporaryFolder(t), 'run');
  const words = ['--pid', String(service.pid), '--max-pause', '1ms'];
  const soak = ['soak', ...words, '--load', 'none', '--seconds', '10', '--snapshots', '0', '--out', run];
  await runCli([...soak, '--report-dir', join(run, '..', 'report')]);
  const { events } = await readRun(run);
  const made = events.flatMap((event) => (event.type === 'capture' ? [event.capture] : []));
  assert.deepEqual(made, []);
  const refused = new Map(
    events.flatMap((event) => (event.type === 'capture-refused' ? [[event.capture, event] as const] : [])),
  );
  for (const capture of ['cpu-start', 'heap-profile', 'collect-garbage'] as const) {
    const { reason, estimatedPauseMs } = refused.get(capture) ?? assert.fail(`${capture} was not refused`);
    assert.match(reason, /would be paused for about \d.* longer than the allowed 1 ms/);
    assert.ok(estimatedPauseMs > 1);
  }

  const out = join(temporaryFolder(t), 'a.cpuprofile');
  const cpu = await runCli(['cpu', ...words, '--seconds', '1', '--out', out]);
  assert.equal(cpu.code, 3);
  assert.match(cpu.stderr, /CPU not profiled: the service would be paused for about .*longer than the allowed 1 ms/);
  assert.match(cpu.stderr, /--max-pause/);
});

test('--pause-budget bounds all pauses together, and the report says what was refused for it', async (t) => {
  const service = await spawnService('test/targets/http-service.mjs');
  t.after(() => service.stop());
  const run = join(temporaryFolder(t), 'run');
  // However busy the host is, no single pause is too long.
  const limits = ['--pause-budget', '1ms', '--max-pause', '1h'];
  const soak = ['soak', '--pid', String(service.pid), ...limits, '--load', 'none', '--seconds', '10'];
  const { stdout } = await runCli([...soak, '--out', run, '--report-dir', join(run, '..', 'report')]);
  const { events } = await readRun(run);
  const paused = events.flatMap((event) => (event.type === 'capture' ? [event.capture] : []));
  assert.deepEqual(paused, []);
  const refused = events.flatMap((event) => (event.type === 'capture-refused' ? [event] : []));
  for (const capture of ['cpu-start', 'heap-profile', 'heap-snapshot', 'class-counts'])
    assert.match(
      refused.find((event) => event.capture === capture)?.reason ?? '',
      /of the 1 ms .*--pause-budget/,
      capture,
    );
  assert.ok(
    events.some(
      (event) => event.type === 'note' && /all captures together paused .* 0 ms of the 1 ms/.test(event.detail),
    ),
  );
  assert.match(stdout, /4 of 4 heap snapshots were refused \(it would pause the service/);
});
