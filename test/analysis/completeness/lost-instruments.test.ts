import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { analyse } from '../../../src/analysis/analyse.ts';
import type { RunData } from '../../../src/analysis/run-data.ts';
import { headline } from '../../../src/words/report/headline.ts';
import {
  at,
  blind,
  facts,
  failSnapshots,
  MINUTE,
  OUTSIDE,
  startOf,
  told,
  withEvents,
} from '../../helpers/incomplete-run.ts';
import { leak } from '../../helpers/populations.ts';
import { healthyDocument } from '../../helpers/report-document.ts';
import { syntheticRun } from '../../helpers/synthetic-run.ts';

describe('a run that lost its instruments is no pass', () => {
  const healthy = syntheticRun({ seed: 12, durationMs: 12 * MINUTE, snapshots: 5, ratePerSecond: 20 });

  test('the connection is gone from minute 4 on, while the load goes on', () => {
    const lost = failSnapshots(blind(healthy, 4 * MINUTE, 13 * MINUTE, ['runtime']), 4 * MINUTE);
    const report = analyse(withEvents(lost, { ...at(lost, 4 * MINUTE), type: 'inspector-lost', detail: 'it closed' }));
    assert.deepEqual(facts(report), [5, 'inconclusive']);
    const { missing, notes, gaps, snapshots } = told(report);
    assert.match(missing.join('\n'), /values from inside the service are missing for 8 m \d\d s of 10 m .*it closed/);
    assert.ok(
      notes.some((note) => /^\d of 5 heap snapshots failed$/.test(note)),
      notes.join(),
    );
    assert.ok(snapshots.failed >= 3);
    const gap = gaps.find(({ what }) => what === 'inside');
    assert.ok(gap && Math.abs(gap.fromMs - 4 * MINUTE) < 2000 && gap.toMs - gap.fromMs > 7 * MINUTE);
    assert.ok(report.run.coverage < 0.4, String(report.run.coverage));
    const { limits } = headline({ ...healthyDocument(), report });
    assert.match(limits.join('\n'), /Values from inside the service are missing for 8 m/);
    assert.match(limits.join('\n'), /of 5 heap snapshots failed/);
  });

  test('what it proved before still fails', () => {
    const leaking = syntheticRun({ seed: 12, durationMs: 4 * MINUTE, populations: [leak()] });
    const { heapGrowth } = leaking;
    const lost = { ...blind(leaking, 2 * MINUTE, 3 * MINUTE, ['runtime', 'load', ...OUTSIDE]), heapGrowth };
    const report = analyse(lost);
    assert.deepEqual(facts(report), [1, 'fail']);
    assert.notDeepEqual(told(report).missing, []);
  });

  test('each side counts: a gap of more than a tenth is too much, a shorter one is told', () => {
    for (const sources of [['runtime'], OUTSIDE] as const) {
      const long = analyse(blind(healthy, 5 * MINUTE, 7 * MINUTE, sources));
      assert.deepEqual(facts(long), [5, 'inconclusive']);
      const short = analyse(blind(healthy, 5 * MINUTE, 5.5 * MINUTE, sources));
      assert.deepEqual(facts(short), [0, 'pass']);
      assert.match(told(short).notes.join(), /are missing for (2\d|3\d)/);
    }
  });

  test('a restart is a gap of its length; the CPU window that it took along is told, not counted', () => {
    const restarted = (minutes: number): RunData => {
      const backMs = (5 + minutes) * MINUTE;
      const gone = blind(healthy, 5 * MINUTE, backMs, ['runtime', ...OUTSIDE]);
      const [window] = healthy.manifest.cpuWindows;
      assert.ok(window);
      const cpuWindows = [
        { ...window, endMonoMs: startOf(healthy) + 3 * MINUTE },
        { ...window, startMonoMs: startOf(healthy) + backMs, segment: 1 },
      ];
      return withEvents(
        { ...gone, manifest: { ...gone.manifest, cpuWindows } },
        { ...at(gone, 5 * MINUTE), type: 'target-lost', reason: 'process 4121 ended' },
        { ...at(gone, backMs), type: 'target-back', segment: 1, pid: 4122, afterMs: minutes * MINUTE },
      );
    };
    const soon = analyse(restarted(0.5));
    assert.deepEqual(facts(soon), [0, 'pass']);
    assert.match(told(soon).notes.join('\n'), /values from inside .*process 4121 ended/);
    assert.match(told(soon).notes.join('\n'), /CPU windows are missing for 2 m/);
    assert.deepEqual(facts(analyse(restarted(2))), [5, 'inconclusive']);
  });

  test('CPU windows that were planned and failed', () => {
    const [window] = healthy.manifest.cpuWindows;
    assert.ok(window);
    const cpuWindows = [{ ...window, endMonoMs: startOf(healthy) + 5 * MINUTE }];
    const report = analyse({ ...healthy, manifest: { ...healthy.manifest, cpuWindows } });
    assert.deepEqual(facts(report), [5, 'inconclusive']);
    assert.match(told(report).missing.join(), /CPU windows are missing for 5 m/);
  });

  test('the load that was to be driven is gone', () => {
    const lost = withEvents(healthy, { ...at(healthy, 5 * MINUTE), type: 'load', state: 'lost', detail: 'killed' });
    const report = analyse(lost);
    assert.deepEqual(facts(report), [5, 'inconclusive']);
    assert.match(told(report).missing.join(), /the load is missing for 5 m .*killed/);
  });

  test('one late sample in three is no gap', () => {
    const sparse = { ...healthy, samples: healthy.samples.filter((_, i) => i % 3 !== 0) };
    assert.deepEqual(facts(analyse(sparse)), [0, 'pass']);
  });
});
