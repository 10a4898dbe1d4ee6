import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { analyse } from '../../../src/analysis/analyse.ts';
import type { RunData } from '../../../src/analysis/run-data.ts';
import type { RunEvent } from '../../../src/model/run-event.ts';
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
  withPlan,
} from '../../helpers/incomplete-run.ts';
import { healthyDocument } from '../../helpers/report-document.ts';
import { syntheticRun } from '../../helpers/synthetic-run.ts';

describe('snapshots', () => {
  const healthy = syntheticRun({ seed: 12, snapshots: 5 });
  test('one that failed between others is told, all that failed leave nothing to compare', () => {
    const [, middle] = healthy.manifest.snapshots;
    assert.ok(middle);
    const isMiddle = (event: RunEvent): boolean => event.type === 'capture' && event.file === 'heap/2.heapsnapshot';
    const one = analyse({
      ...healthy,
      manifest: { ...healthy.manifest, snapshots: healthy.manifest.snapshots.filter((each) => each !== middle) },
      events: healthy.events.map((event) =>
        event.type === 'capture' && isMiddle(event) ? { ...event, file: null, error: 'timed out' } : event,
      ),
    });
    assert.deepEqual(told(one).snapshots, { planned: 5, taken: 4, refused: 0, failed: 1 });
    assert.deepEqual(told(one).missing, []);
    const all = analyse(failSnapshots(healthy, 0));
    assert.deepEqual(facts(all), [5, 'inconclusive']);
    assert.match(told(all).missing.join(), /growth between heap snapshots is not known for/);
  });

  test('refused ones are told in the headline; where the heap alone would show fast leaks only, they are no pass', () => {
    const refused = withEvents(
      {
        ...healthy,
        manifest: { ...healthy.manifest, snapshots: [] },
        heapGrowth: null,
        events: healthy.events.filter((event) => event.type !== 'capture'),
      },
      ...healthy.manifest.snapshots.map(
        ({ monoMs }): RunEvent => ({
          ...at(healthy, monoMs - startOf(healthy)),
          type: 'capture-refused',
          capture: 'heap-snapshot',
          reason: 'the pause would be too long',
          estimatedPauseMs: 20_000,
          estimatedBytes: 1e9,
        }),
      ),
    );
    const report = analyse(refused);
    assert.deepEqual(facts(report), [5, 'inconclusive']);
    assert.deepEqual(told(report).missing, []);
    assert.match(headline({ ...healthyDocument(), report }).limits.join(), /5 of 5 heap snapshots were refused/);
  });
});

describe('what was never planned is no gap, and is told', () => {
  const limits = (run: RunData): RunData => withPlan(run, { failOn: ['slo'] });
  test('the view from outside alone, and an address alone', () => {
    const healthy = limits(syntheticRun({ seed: 12, snapshots: 0 }));
    const process = blind(withPlan(healthy, { views: ['process'] }), 0, 10 * MINUTE, ['runtime']);
    const address = blind(withPlan(healthy, { views: [] }), 0, 10 * MINUTE, ['runtime', ...OUTSIDE]);
    for (const run of [process, address]) {
      const report = analyse(run);
      assert.deepEqual(facts(report), [0, 'pass']);
      assert.equal(report.run.coverage, 1);
      assert.match(told(report).notes.join(), /nothing was recorded inside the service/);
    }
  });

  test('no snapshots, no probes', () => {
    const healthy = syntheticRun({ seed: 12, snapshots: 0 });
    const samples = healthy.samples.map((sample) => {
      const { 'requests.served': _, ...values } = sample.values;
      return { ...sample, values };
    });
    const report = analyse({ ...healthy, samples });
    assert.deepEqual(facts(report), [0, 'pass']);
    assert.match(told(report).notes.join('\n'), /no heap snapshots were planned\nrequests were not counted/);
  });

  test('a run of an earlier version passes as before, and the report says what cannot be told', () => {
    const { views, ...plan } = syntheticRun({ seed: 12 }).manifest.plan;
    assert.ok(views);
    const run = syntheticRun({ seed: 12 });
    const report = analyse({ ...run, manifest: { ...run.manifest, plan } });
    assert.deepEqual(facts(report), [0, 'pass']);
    assert.match(told(report).notes.join(), /earlier version/);
    const cut = {
      ...run,
      manifest: { ...run.manifest, plan },
      requests: run.requests.slice(0, run.requests.length / 2),
    };
    assert.deepEqual(facts(analyse(cut)), [5, 'inconclusive']);
  });
});

describe('the end', () => {
  const healthy = syntheticRun({ seed: 12 });
  const cases: readonly (readonly [string, (run: RunData) => RunData, number, RegExp])[] = [
    [
      'is not recorded',
      (run) => ({ ...run, events: run.events.filter(({ type }) => type !== 'end') }),
      5,
      /end of the run is not recorded/,
    ],
    [
      'is that of a recording that broke off',
      (run) => endedBy(run, 'aborted', 'no space'),
      5,
      /stopped early: no space/,
    ],
    ['came by the user', (run) => endedBy(run, 'stopped-by-user'), 130, /stopped before its end/],
    ['came by the service', (run) => endedBy(run, 'target-lost'), 4, /did not come back/],
    ['came too early', (run) => withPlan(run, { durationMs: 2 * MINUTE }), 5, /lasted 1 m 00 s of the 2 m 00 s/],
    [
      'left a folder that is damaged',
      (run) => ({ ...run, losses: ['samples.ndjson: 2 of 60 lines are missing'] }),
      5,
      /2 of 60/,
    ],
  ];
  for (const [name, change, exitCode, reason] of cases) {
    test(name, () => {
      const report = analyse(change(healthy));
      assert.deepEqual(facts(report), [exitCode, 'inconclusive']);
      assert.match(told(report).missing.join(), reason);
    });
  }
});

function endedBy(run: RunData, reason: 'stopped-by-user' | 'target-lost' | 'aborted', detail = ''): RunData {
  return { ...run, events: run.events.map((event) => (event.type === 'end' ? { ...event, reason, detail } : event)) };
}
