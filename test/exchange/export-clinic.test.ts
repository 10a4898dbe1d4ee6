import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readProcessStats } from '../../src/format/clinic/process-stat.ts';
import { parseHeapProfile } from '../../src/format/heap-profile.ts';
import { readRun } from '../../src/record/read-run.ts';
import { runCli } from '../helpers/run-cli.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const RUN = join(process.cwd(), 'profiles/example');

test('a window of a run in the three formats of Clinic', async (t) => {
  const folder = temporaryFolder(t);
  const made: Record<string, string> = {};
  for (const tool of ['clinic-doctor', 'clinic-flame', 'clinic-heapprofiler']) {
    const { code, stdout, stderr } = await runCli(['export', RUN, '--to', tool, '--out', 'clinic', '--json'], {
      cwd: folder,
    });
    assert.equal(code, 0, stderr);
    made[tool] = JSON.parse(stdout).files[0];
    if (tool === 'clinic-doctor') assert.match(stderr, /counted but not traced[\s\S]*profiler cpu --clinic/);
    const again = await runCli(['export', RUN, '--to', tool, '--out', 'clinic'], { cwd: folder });
    assert.deepEqual([again.code, /exists already/.test(again.stderr)], [2, true]);
  }
  const part = (tool: string, name: string): string => `${made[tool]}/${made[tool]?.split('/').at(-1)}-${name}`;
  const stats = readProcessStats(readFileSync(part('clinic-doctor', 'processstat')));
  assert.ok(
    stats.length >= 200 && stats.every(({ rssBytes, heapUsedBytes }) => rssBytes > heapUsedBytes && heapUsedBytes > 0),
  );
  const ticks = JSON.parse(readFileSync(part('clinic-flame', 'samples'), 'utf8'));
  assert.ok(ticks.length > 100);
  assert.ok(
    ticks
      .flat()
      .some(({ name, type }: { name: string; type: string }) => type === 'JS' && /^\S+ \/.*\.js:\d+:\d+$/.test(name)),
  );
  assert.ok(parseHeapProfile(readFileSync(made['clinic-heapprofiler'] ?? ''), 'x').head.children.length > 0);
  assert.equal(statSync(part('clinic-doctor', 'systeminfo')).mode & 0o777, 0o600);
  assert.equal(statSync(made['clinic-doctor'] ?? '').mode & 0o777, 0o700);
  // And back again.
  const flame = await runCli(['flame', made['clinic-flame'] ?? '', '--format', 'collapsed', '--out', 'x.txt'], {
    cwd: folder,
  });
  assert.equal(flame.code, 0, flame.stderr);
});

test('windows that Clinic cannot analyse, or that are not in the run, are refused in words', async (t) => {
  const folder = temporaryFolder(t);
  for (const [words, message] of [
    [['--to', 'clinic-flame', '--for', '3h'], /more than Clinic can analyse/],
    [['--to', 'clinic-flame', '--from', '40h'], /after the end of the run/],
    [['--to', 'clinic-doctor', '--for', '5s'], /only \d samples/],
  ] as const) {
    const { code, stderr } = await runCli(['export', RUN, ...words], { cwd: folder });
    assert.equal(code, 2);
    assert.match(stderr, message);
  }
});

test('--render: one line to type without Clinic; else it is called without its telemetry', async (t) => {
  const folder = temporaryFolder(t);
  const words = ['export', RUN, '--to', 'clinic-heapprofiler', '--render', '--force'];
  const missing = await runCli(words, { cwd: folder, env: { PATH: '/usr/bin:/bin' } });
  assert.equal(missing.code, 2);
  assert.match(missing.stderr, /NO_INSIGHT=1 npx clinic@13 heapprofiler --visualize-only \S+\.clinic-heapprofiler/);
  // In the place of the real one, which is too big to install for one test.
  mkdirSync(join(folder, 'node_modules/.bin'), { recursive: true });
  const standIn = join(folder, 'node_modules/.bin/clinic');
  writeFileSync(standIn, '#!/bin/sh\n[ "$NO_INSIGHT" = 1 ] && echo "$1 $2" > "$3.html"\n');
  chmodSync(standIn, 0o755);
  const { code, stdout, stderr } = await runCli(words, { cwd: folder });
  assert.equal(code, 0, stderr);
  assert.equal(readFileSync(stdout.trim(), 'utf8'), 'heapprofiler --visualize-only\n');
  writeFileSync(standIn, '#!/bin/sh\necho broken >&2; exit 3\n');
  const failed = await runCli(words, { cwd: folder });
  assert.equal(failed.code, 3);
  assert.match(failed.stderr, /did not draw[\s\S]*broken/);
});

test('what clinic doctor recorded becomes a run of one sample a second, and that a report', async (t) => {
  const folder = temporaryFolder(t);
  const exported = await runCli(['export', RUN, '--to', 'clinic-doctor', '--json'], { cwd: folder });
  const [doctor = ''] = JSON.parse(exported.stdout).files as string[];
  const { code, stdout, stderr } = await runCli(['import', doctor, '--out', 'run', '--json'], { cwd: folder });
  assert.equal(code, 0, stderr);
  assert.match(stderr, /no snapshots and no requests/);
  const { run, readings } = JSON.parse(stdout);
  const { samples, manifest } = await readRun(run);
  // Ten readings were made of each sample.
  assert.ok(Math.abs(samples.length - readings / 10) <= 1, `${samples.length} samples of ${readings} readings`);
  const original = (await readRun(RUN)).samples;
  const last = samples.at(-1);
  const same = original.find(({ wallMs }) => wallMs === last?.wallMs);
  for (const name of ['process.rss', 'heap.used', 'loop.delay.max'] as const)
    assert.equal(last?.values[name], same?.values[name], name);
  assert.ok((last?.values['gc.minor.time'] ?? 0) > 0, 'collections');
  assert.equal(manifest.target.nodeVersion, (await readRun(RUN)).manifest.target.nodeVersion);
  const report = await runCli(['report', run, '--full', '--report-dir', 'report'], { cwd: folder });
  assert.match(readFileSync(join(folder, 'report/report.md'), 'utf8'), /No heap snapshots were planned/, report.stderr);

  writeFileSync(join(doctor, `${doctor.split('/').at(-1)}-processstat`), 'no');
  const damaged = await runCli(['import', doctor], { cwd: folder });
  assert.deepEqual([damaged.code, /clinic doctor/.test(damaged.stderr)], [2, true]);
});
