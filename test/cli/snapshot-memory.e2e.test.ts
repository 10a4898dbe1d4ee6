import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { assertLeftAlone } from '../helpers/assert-left-alone.ts';
import { makeMemoryGroup } from '../helpers/memory-group.ts';
import { runCli } from '../helpers/run-cli.ts';
import { spawnService } from '../helpers/spawn-service.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const SCRIPT = 'test/targets/shaped-heap.mjs';
const LIMIT_BYTES = 1.6e9;
/** This machine may be busy: only memory counts here. */
const PATIENT = ['--max-pause', '1h'];

async function startInGroup(t: TestContext, shape: string, megabytes: number, nested = false) {
  const group = makeMemoryGroup(LIMIT_BYTES, { nested });
  if (!group) {
    t.skip('no control group can be made here: that needs root and a memory controller');
    return null;
  }
  const spawned = spawnService(SCRIPT, { ...group.start, args: [shape, String(megabytes)] });
  t.after(async () => {
    await spawned.then((one) => one.stop()).catch(() => {});
    await group.remove();
  });
  const service = await spawned;
  return { group, service, out: join(temporaryFolder(t), 'one.heapsnapshot') };
}

test('a snapshot that does not fit into the control group is refused with the figures, and nobody is killed', async (t) => {
  const started = await startInGroup(t, 'one Map, number to object', 90);
  if (!started) return;
  const { group, service, out } = started;
  const { code, stderr } = await runCli(['heap', 'snapshot', '--pid', String(service.pid), '--out', out, ...PATIENT]);
  assert.equal(group.oomKills(), 0, 'the service was killed for its memory');
  assert.equal(service.child.exitCode ?? service.child.signalCode, null);
  assert.equal(code, 3, stderr);
  assert.match(
    stderr,
    /up to [\d.]+ GB more memory, and the control group with its limit of 1\.6 GB has [\d.]+ GB free, of which 160 MB are held back/,
  );
  assert.match(stderr, /--force/);
  assert.ok(!existsSync(out) && !existsSync(`${out}.part`));
  assertLeftAlone(service);
});

test('a snapshot that fits is taken, although the heap spaces alone could not tell', async (t) => {
  const started = await startInGroup(t, 'one Map, number to object', 20);
  if (!started) return;
  const { group, service, out } = started;
  const { code, stderr } = await runCli(['heap', 'snapshot', '--pid', String(service.pid), '--out', out, ...PATIENT]);
  assert.deepEqual([group.oomKills(), code], [0, 0], stderr);
  assert.ok(statSync(out).size > 1e6);
});

test('a soak of such a service leaves it alive, and says why: the limit of a group above counts too', async (t) => {
  const started = await startInGroup(t, 'one Map, number to object', 90, true);
  if (!started) return;
  const { group, service } = started;
  const folder = temporaryFolder(t);
  const run = join(folder, 'run');
  const words = ['soak', '--pid', String(service.pid), '--seconds', '10', '--snapshots', '2', '--load', 'none'];
  const { stderr } = await runCli([...words, ...PATIENT, '--out', run, '--report-dir', join(folder, 'report')]);
  assert.equal(group.oomKills(), 0, stderr);
  assert.equal(service.child.exitCode ?? service.child.signalCode, null);
  const events = readFileSync(join(run, 'events.ndjson'), 'utf8');
  assert.match(events, /it would take up to [\d.]+ GB more memory, and the control group with its limit of 1\.6 GB/);
  assert.doesNotMatch(events, /target-lost/);
});
