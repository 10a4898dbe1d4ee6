import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { encodeJournalLine } from '../../src/format/journal.ts';
import { formatRunManifest } from '../../src/format/run-manifest.ts';
import type { SnapshotRecord } from '../../src/model/run-manifest.ts';
import { createRun, resumeRun } from '../../src/record/open-run.ts';
import { readManifest } from '../../src/record/read-manifest.ts';
import { readCpuProfile, readHeapProfile, readSourceMaps } from '../../src/record/read-profiles.ts';
import { readRun } from '../../src/record/read-run.ts';
import { pickSnapshotsToDrop } from '../../src/record/snapshot-budget.ts';
import { exampleManifest, exampleSample, temporaryFolder } from './example-run.ts';

const callFrame = { functionName: '(root)', scriptId: '0', url: '', lineNumber: -1, columnNumber: -1 };
const PROFILE = JSON.stringify({
  nodes: [{ id: 1, callFrame, children: [] }],
  startTime: 5_000_000,
  endTime: 9_000_000,
  samples: [],
  timeDeltas: [],
});

const WINDOW = { file: 'cpu/1.cpuprofile', startMonoMs: 0, endMonoMs: 1, segment: 0, requests: null };

/** A finished run of ten samples. */
async function recordedRun(context: TestContext): Promise<string> {
  const dir = join(temporaryFolder(context), '2026-11-23T20-44-10-orders-api');
  const recorder = await createRun(dir, exampleManifest());
  for (let n = 0; n < 10; n += 1) recorder.appendSample(exampleSample(n));
  recorder.appendEvent({
    type: 'capture',
    capture: 'heap-snapshot',
    file: 'heap/2.heapsnapshot',
    cost: { startMonoMs: 5500, endMonoMs: 5900, pauseMs: 350 },
    bytes: 8,
    error: null,
    wallMs: 0,
    monoMs: 5900,
  });
  await recorder.close();
  return dir;
}

test('moments that are no date and files that are named again and again: run.json is made up, lines are left out', async (context) => {
  for (const change of [
    { clock: { startWallMs: 1e20, startMonoMs: 0 } },
    { clock: { startWallMs: 0, startMonoMs: -1e300 } },
    { cpuWindows: Array.from({ length: 2000 }, () => ({ ...WINDOW })) },
  ]) {
    const dir = await recordedRun(context);
    const path = join(dir, 'run.json');
    writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), ...change }));
    const later = { ...exampleSample(11), wallMs: 9e15 };
    appendFileSync(join(dir, 'samples.ndjson'), encodeJournalLine(later));
    const run = await readRun(dir);
    assert.match(run.losses[0] ?? '', /run\.json was lost or damaged/);
    assert.equal(run.manifest.cpuWindows.length, 0);
    assert.match(run.damage.map(({ reason }) => reason).join('\n'), /wallMs should be a moment in milliseconds/);
    assert.ok(new Date(run.manifest.clock.startWallMs).toISOString());
  }
});

test('what is added behind the end of a journal is a loss, and is not read to its end', async (context) => {
  for (const grow of [
    (path: string) => truncateSync(path, 1e12),
    (path: string) => appendFileSync(path, 'x'.repeat(9_000_000)),
    (path: string) => appendFileSync(path, '\n'),
  ]) {
    const dir = await recordedRun(context);
    const path = join(dir, 'samples.ndjson');
    const { size } = statSync(path);
    grow(path);
    const added = statSync(path).size - size;
    const run = await readRun(dir);
    assert.equal(run.samples.length, 10);
    assert.deepEqual(run.losses, [`samples.ndjson: ${added} bytes were added after the run`]);
    const resumed = await resumeRun(dir);
    await resumed.close();
    assert.equal((await readManifest(dir)).seal, undefined, 'nobody knows what it should hold now');
  }
});

test('a run.json of any length is not taken', async (context) => {
  const dir = await recordedRun(context);
  truncateSync(join(dir, 'run.json'), 1e11);
  await assert.rejects(readRun(dir), { code: 'file-too-large', exitCode: 2 });
});

test('damage in the middle and at the end is told, all else is read', async (context) => {
  const dir = await recordedRun(context);
  const path = join(dir, 'samples.ndjson');
  const lines = readFileSync(path, 'utf8').split('\n');
  lines[3] = (lines[3] ?? '').replace('50000003', '50000004');
  lines[10] = encodeJournalLine({ wallMs: 'yesterday' }).trimEnd();
  const torn = '{"wallMs":17954';
  writeFileSync(path, `${lines.join('\n')}\n${torn}`);
  appendFileSync(join(dir, 'events.ndjson'), encodeJournalLine({ type: 'teleport', wallMs: 0, monoMs: 0 }));
  const run = await readRun(dir);
  assert.equal(run.samples.length, 9);
  assert.equal(run.events.length, 1);
  assert.deepEqual(
    run.damage.map(({ file, line, reason }) => `${file}:${line} ${reason.slice(0, 39)}`),
    [
      'samples.ndjson:4 damaged: the checksum does not match',
      'samples.ndjson:11 wallMs should be a number but is the te',
      'samples.ndjson:12 the file ends inside this line (torn or',
      'events.ndjson:2 type should be an event type that this ',
    ],
  );
});

/** As a run is whose tool was killed before it could close it. */
async function takeSealAway(dir: string): Promise<void> {
  const { seal, ...manifest } = await readManifest(dir);
  assert.ok(seal);
  writeFileSync(join(dir, 'run.json'), formatRunManifest(manifest));
}

test('what lies in the folder of a run that was closed in order, and is none of it, is left out', async (context) => {
  const dir = await recordedRun(context);
  writeFileSync(join(dir, 'heap', '9.heapsnapshot'), '{"x": 1}');
  const { manifest, damage, losses } = await readRun(dir);
  assert.deepEqual(manifest.snapshots, []);
  assert.match(damage[0]?.reason ?? '', /not part of the run/);
  assert.deepEqual(losses, []);
});

test('artefacts that run.json does not know are added, .part files are not', async (context) => {
  const dir = await recordedRun(context);
  await takeSealAway(dir);
  writeFileSync(join(dir, 'heap', '2.heapsnapshot'), '{"x": 1}');
  writeFileSync(join(dir, 'heap', '3.heapsnapshot.part'), '{"x"');
  writeFileSync(
    join(dir, 'heap', '1.heapprofile'),
    JSON.stringify({ head: { callFrame, selfSize: 0, id: 1, children: [] } }),
  );
  writeFileSync(join(dir, 'cpu', '1.cpuprofile'), PROFILE);
  writeFileSync(join(dir, 'cpu', '2.cpuprofile'), PROFILE.slice(0, 50));
  const run = await readRun(dir);
  assert.deepEqual(run.manifest.snapshots, [
    {
      file: 'heap/2.heapsnapshot',
      monoMs: 5500,
      segment: 0,
      idEpoch: 'unknown:heap/2.heapsnapshot',
      requests: 40,
      bytes: 8,
      pauseMs: 350,
      heapUsedBytes: 10_000_004,
      phase: 'unknown',
    },
  ]);
  assert.deepEqual(
    run.manifest.cpuWindows.map(({ file, startMonoMs, endMonoMs, requests }) => [
      file,
      startMonoMs,
      endMonoMs,
      requests,
    ]),
    [['cpu/1.cpuprofile', 5000, 9000, 80]],
  );
  assert.deepEqual(
    run.damage.map(({ file, reason }) => `${file} ${reason.slice(0, 43)}`),
    [
      'cpu/1.cpuprofile not listed in run.json; its record was rebu',
      'cpu/2.cpuprofile not listed in run.json, and cannot be read:',
      'heap/1.heapprofile not listed in run.json; its record was rebu',
      'heap/2.heapsnapshot not listed in run.json; its record was rebu',
    ],
  );
  const [window] = run.manifest.cpuWindows;
  const [heapProfile] = run.manifest.heapProfiles;
  assert.ok(window && heapProfile);
  assert.equal((await readCpuProfile(run, window)).endTime, 9_000_000);
  assert.equal((await readHeapProfile(run, heapProfile)).head.id, 1);
});

test('a time that no calendar has, and a file named twice, are refused with their place', async (context) => {
  const dir = join(temporaryFolder(context), 'run');
  mkdirSync(dir);
  const snapshot: SnapshotRecord = {
    ...{ file: 'heap/1.heapsnapshot', monoMs: 1, segment: 0, idEpoch: '1', requests: null, bytes: 1, pauseMs: 1 },
    ...{ heapUsedBytes: 1, phase: 'steady' },
  };
  const clock = { startWallMs: 1e20, startMonoMs: 0 };
  for (const [change, place] of [
    [{ clock }, /startWallMs should be a moment in milliseconds/],
    [{ snapshots: [snapshot, snapshot] }, /snapshots\[1\]\.file should be named once/],
  ] as const) {
    writeFileSync(join(dir, 'run.json'), formatRunManifest({ ...exampleManifest(), ...change }));
    await assert.rejects(readRun(dir), place);
  }
});

test('what run.json lists but nobody finds is taken out', async (context) => {
  const dir = join(temporaryFolder(context), 'run');
  const cpuWindows = [{ file: 'cpu/7.cpuprofile', startMonoMs: 0, endMonoMs: 1, segment: 0, requests: null }];
  const scripts = [
    { url: 'a', mapFile: 'a.map', packageRoot: null, packageName: null, packageVersion: null },
    { url: 'b', mapFile: 'b.map', packageRoot: null, packageName: null, packageVersion: null },
  ];
  const allocationBurst = {
    file: 'heap/burst.heapprofile',
    monoMs: 0,
    durationMs: 1000,
    segment: 0,
    intervalBytes: 8192,
  };
  const recorder = await createRun(dir, exampleManifest({ cpuWindows, scripts, allocationBurst }));
  await recorder.writeArtefact(recorder.fileFor('source-map', 'b'), '{}');
  await recorder.close();
  const run = await readRun(dir);
  assert.deepEqual(run.manifest.cpuWindows, []);
  assert.equal(run.manifest.allocationBurst, undefined);
  assert.deepEqual(
    run.damage.filter(({ reason }) => reason === 'listed in run.json, but missing').map(({ file }) => file),
    ['cpu/7.cpuprofile', allocationBurst.file],
  );
  assert.match(run.losses.join(), /heap\/burst.heapprofile is missing/);
  assert.deepEqual([...(await readSourceMaps(run, () => {}))], [['b.map', '{}']]);
});

test('without run.json, or with half of it, the journals are enough', async (context) => {
  const dir = await recordedRun(context);
  const path = join(dir, 'run.json');
  writeFileSync(path, readFileSync(path).subarray(0, 100));
  const half = await readRun(dir);
  assert.match(half.damage[0]?.reason ?? '', /unexpected end of file at byte 100 of 100.*rebuilt from the journals/);
  rmSync(path);
  const { manifest, samples } = await readRun(dir);
  assert.equal(samples.length, 10);
  assert.equal(manifest.id, '2026-11-23T20-44-10-orders-api');
  assert.equal(manifest.plan.sampleIntervalMs, 1000);
  assert.equal(manifest.plan.durationMs, 9000);
  assert.deepEqual(manifest.clock, { startWallMs: exampleSample(0).wallMs, startMonoMs: 1000 });
});

test('what is no run, and what comes from a later version, is refused', async (context) => {
  const dir = temporaryFolder(context);
  await assert.rejects(readRun(dir), { code: 'run-manifest-missing', exitCode: 2 });
  await assert.rejects(readRun(join(dir, 'nothing')), { code: 'run-not-found', exitCode: 2 });
  mkdirSync(join(dir, 'later'));
  writeFileSync(join(dir, 'later', 'run.json'), '{"schema":"profiler-run/9"}');
  await assert.rejects(readRun(join(dir, 'later')), { code: 'run-too-new', exitCode: 2 });
});

test('a journal of nothing but damage is told in a few notes', async (context) => {
  const dir = await recordedRun(context);
  writeFileSync(join(dir, 'requests.ndjson'), 'x\n'.repeat(100_000));
  const notes = (await readRun(dir)).damage;
  assert.equal(notes.length, 201);
  assert.match(notes.at(-1)?.reason ?? '', /99800 more/);
});

test('the disk budget keeps first and last, and what is left lies evenly', () => {
  const snapshot = (n: number, monoMs: number): SnapshotRecord => ({
    file: `heap/${n}.heapsnapshot`,
    monoMs,
    segment: 0,
    idEpoch: 'a',
    requests: null,
    bytes: 100,
    pauseMs: 0,
    heapUsedBytes: 0,
    phase: 'steady',
  });
  const records = [0, 10, 50, 60, 100].map((monoMs, n) => snapshot(n, monoMs));
  const dropped = (budgetBytes: number): string[] => pickSnapshotsToDrop(records, budgetBytes).map(({ file }) => file);
  assert.deepEqual(dropped(500), []);
  assert.deepEqual(dropped(400), ['heap/1.heapsnapshot']);
  assert.deepEqual(dropped(300), ['heap/1.heapsnapshot', 'heap/3.heapsnapshot']);
  assert.deepEqual(dropped(0).length, 3);
  assert.deepEqual(pickSnapshotsToDrop([], 0), []);
});
