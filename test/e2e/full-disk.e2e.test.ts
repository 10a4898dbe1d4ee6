import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readRun } from '../../src/record/read-run.ts';
import { assertLeftAlone } from '../helpers/assert-left-alone.ts';
import { runCli } from '../helpers/run-cli.ts';
import { fillUp, smallDisk } from '../helpers/small-disk.ts';
import { spawnService } from '../helpers/spawn-service.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const SERVICE = 'test/targets/http-service.mjs';

test('a disk without room for snapshots: the service is not paused for them, samples are kept, exit 6', async (t) => {
  const disk = smallDisk(t, '8m');
  if (disk === null) return;
  const service = await spawnService(SERVICE);
  t.after(() => service.stop());
  const run = join(disk, 'run');
  const reports = join(temporaryFolder(t), 'report');
  const words = ['soak', '--pid', String(service.pid), '--seconds', '10', '--out', run, '--report-dir', reports];
  const { code, stderr } = await runCli(words);
  assert.equal(code, 6, stderr);
  assert.match(stderr, /the run may take up to .*, and its disk has .* left/, 'looked at beforehand');
  assert.match(stderr, /no heap snapshot: ENOSPC, its file may take/);
  assert.match(stderr, /not recorded, because the disk refused it: heap snapshot/);
  assert.ok(existsSync(join(reports, 'index.html')));
  const { events, samples, manifest, damage } = await readRun(run);
  assert.deepEqual(damage, []);
  assert.deepEqual(manifest.snapshots, []);
  assert.ok(samples.length >= 10, `${samples.length} samples`);
  const captures = events.filter((event) => event.type === 'capture' && event.capture === 'heap-snapshot');
  assert.deepEqual(captures, []);
  assert.ok(events.some((event) => event.type === 'capture-refused' && /ENOSPC/.test(event.reason)));
  assert.ok(manifest.cpuWindows.length > 0, 'what fits is kept');
  assertLeftAlone(service);
});

test('a disk that is full from the first sample on: exit 6 with the errno, and a report of what there is', async (t) => {
  const disk = smallDisk(t, '8m');
  if (disk === null) return;
  const service = await spawnService(SERVICE);
  t.after(() => service.stop());
  const reports = join(temporaryFolder(t), 'report');
  const words = ['soak', '--pid', String(service.pid), '--seconds', '10', '--out', join(disk, 'run')];
  const { code, stderr } = await runCli([...words, '--report-dir', reports], {
    onStart: (_pid, said) => {
      const timer = setInterval(() => {
        if (!/attached to/.test(said())) return;
        clearInterval(timer);
        fillUp(disk);
      }, 20);
    },
  });
  assert.equal(code, 6, stderr);
  assert.match(stderr, /cannot write .*\.ndjson: ENOSPC; kept in memory, trying again/);
  assert.match(stderr, /no heap snapshot: the disk refuses writes now/);
  assert.match(
    stderr,
    /not recorded, because the disk refused it: .*never reached the disk: \d+ lines of samples\.ndjson/,
  );
  assert.ok(existsSync(join(reports, 'report.json')));
  assertLeftAlone(service);
});

test('a disk that does not hold the plan is refused before anything is done', async (t) => {
  const disk = smallDisk(t, '512k');
  if (disk === null) return;
  const service = await spawnService(SERVICE);
  t.after(() => service.stop());
  const words = ['--pid', String(service.pid)];
  const soak = await runCli(['soak', ...words, '--hours', '8', '--out', join(disk, 'run')]);
  assert.equal(soak.code, 6, soak.stderr);
  assert.match(soak.stderr, /ENOSPC, the run needs about .*, and its disk has/);
  const snapshot = await runCli(['heap', 'snapshot', ...words, '--out', join(disk, 'a.heapsnapshot')]);
  assert.equal(snapshot.code, 6, snapshot.stderr);
  assert.match(snapshot.stderr, /ENOSPC, the snapshot needs about/);
  assert.doesNotMatch(snapshot.stderr, /be paused/);
  assert.deepEqual(readdirSync(disk), []);
  assertLeftAlone(service);
});
