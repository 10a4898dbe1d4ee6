import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { analyse } from '../../src/analysis/analyse.ts';
import type { RunData } from '../../src/analysis/run-data.ts';
import type { RunManifest, WorkerSnapshotRecord } from '../../src/model/run-manifest.ts';
import { headline } from '../../src/words/report/headline.ts';
import { leak } from '../helpers/populations.ts';
import { healthyDocument } from '../helpers/report-document.ts';
import { syntheticRun } from '../helpers/synthetic-run.ts';

const MINUTES = 6 * 60_000;
const healthy = syntheticRun({ seed: 3, durationMs: MINUTES, snapshots: 5 });
const leaking = syntheticRun({ seed: 4, durationMs: MINUTES, snapshots: 5, populations: [leak()] });

/** As the recording looked at so many threads, of which some were examined. */
function looked(run: RunData, running: number, threads: readonly number[], reason = ''): RunData {
  const workerSnapshots = threads.flatMap((thread) =>
    run.manifest.snapshots.map(
      (record, i): WorkerSnapshotRecord => ({
        ...record,
        file: `heap/worker-${thread}-${i + 1}.heapsnapshot`,
        thread,
        name: 'mailer',
        url: 'file:///srv/app/mailer.js',
      }),
    ),
  );
  const manifest: RunManifest = { ...run.manifest, workerSnapshots };
  const looks = run.manifest.snapshots.map(({ monoMs }) => {
    return { type: 'worker-threads' as const, monoMs, wallMs: 0, running, examined: threads.length, reason };
  });
  return { ...run, manifest, events: [...run.events, ...looks].sort((a, b) => a.monoMs - b.monoMs) };
}

/** The main thread of one run, with worker threads whose heaps are those of another. */
function withHeaps(main: RunData, of: RunData, threads: readonly number[]): RunData {
  const run = looked(main, threads.length, threads);
  const workers = threads.map((thread) => {
    const snapshots = run.manifest.workerSnapshots?.filter((record) => record.thread === thread) ?? [];
    const growth = of.heapGrowth && {
      ...of.heapGrowth,
      snapshots: of.heapGrowth.snapshots.map((one, i) => ({ ...one, file: snapshots[i]?.file ?? one.file })),
    };
    return { thread, name: 'mailer', url: 'file:///srv/app/mailer.js', snapshots, growth, error: null };
  });
  return { ...run, workers };
}

describe('what was not examined of worker threads is said', () => {
  const cases: readonly (readonly [RunData, string])[] = [
    [
      looked(healthy, 2, [], 'no heap snapshots were planned'),
      '2 worker threads were not examined (no heap snapshots were planned)',
    ],
    [looked(healthy, 1, []), '1 worker thread was not examined (none ran for long enough to be looked at twice)'],
    [looked(healthy, 5, [1, 2, 3], 'why'), '2 of 5 worker threads were not examined (why)'],
  ];
  for (const [run, words] of cases)
    test(words, () => {
      const report = analyse(run);
      assert.ok(report.completeness?.notes.includes(words), report.completeness?.notes.join('\n'));
      const { limits } = headline({ ...healthyDocument(), report });
      assert.equal(limits[0], `${words}.`);
    });

  test('nothing, where all were, or there were none', () => {
    for (const run of [healthy, looked(healthy, 2, [1, 2])])
      assert.doesNotMatch(analyse(run).completeness?.notes.join('\n') ?? '', /worker/);
  });
});

test('a leak in worker threads is one finding, which names the threads and fails the gate', () => {
  const report = analyse(withHeaps(healthy, leaking, [1, 2]));
  assert.deepEqual([report.exitCode, report.verdict], [1, 'fail']);
  const [finding, ...more] = report.findings;
  assert.deepEqual(more, []);
  assert.match(finding?.title ?? '', /`OrderAudit`.*, in worker thread 1 \(`mailer`\)\.$/);
  assert.equal(finding?.foundBy, 'JS heap');
  assert.match(finding?.evidence.map(({ what }) => what).join('\n') ?? '', /The same grows in worker thread 2 too/);
  assert.ok(finding?.evidence.some(({ file }) => file?.startsWith('heap/worker-1-5.')));
});

test('a thread that is sure speaks for the others, whichever comes first', () => {
  const doubtful = syntheticRun({
    seed: 4,
    durationMs: MINUTES,
    snapshots: 5,
    populations: [{ ...leak(), suspect: { ...leak().suspect, boundHints: ['max'] } }],
  });
  const run = withHeaps(healthy, leaking, [1, 2]);
  const unsure = withHeaps(healthy, doubtful, [1, 2]).workers ?? [];
  const [one, two] = run.workers ?? [];
  assert.ok(one && two && unsure[0] && unsure[1]);
  for (const workers of [
    [unsure[0], two],
    [one, unsure[1]],
  ]) {
    const { exitCode, findings } = analyse({ ...run, workers });
    assert.deepEqual([exitCode, findings.map(({ confidence }) => confidence)], [1, ['confirmed']]);
  }
});

test('the same class that leaks on the main thread is a finding of its own', () => {
  const ids = analyse(withHeaps(leaking, leaking, [1])).findings.map(({ id }) => id);
  assert.equal(new Set(ids).size, 2);
});

test('worker threads that do not leak leave the verdict as it is', () => {
  assert.equal(analyse(withHeaps(healthy, healthy, [1, 2])).exitCode, analyse(healthy).exitCode);
});

test('the report of one worker of a cluster says that the others were not watched', () => {
  for (const [others, words] of [
    [1, /^the other worker of the cluster was not watched/],
    [3, /^the 3 other workers of the cluster were not watched/],
  ] as const) {
    const report = analyse({ ...healthy, manifest: { ...healthy.manifest, otherClusterWorkers: others } });
    assert.match(report.completeness?.notes[0] ?? '', words);
  }
});
