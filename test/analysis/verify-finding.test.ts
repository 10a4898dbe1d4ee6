import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { analyse } from '../../src/analysis/analyse.ts';
import { CHECKS } from '../../src/analysis/checks/checks.ts';
import { verifyFinding } from '../../src/analysis/verify-finding.ts';
import { CHECK_IDS, type CheckId } from '../../src/model/check-id.ts';
import type { Finding } from '../../src/model/finding.ts';
import { FINDING_KINDS, type FindingKind, findingInfo } from '../../src/model/finding-catalogue.ts';
import type { Checked, Gate, Report } from '../../src/model/report.ts';
import { syntheticRun } from '../helpers/synthetic-run.ts';

const HEALTHY = analyse(syntheticRun({ seed: 12 }));

function findingOf(kind: FindingKind, change: Partial<Finding> = {}): Finding {
  return {
    id: '0000000000',
    kind,
    confidence: 'confirmed',
    severity: 'major',
    rank: 1,
    title: 'Something is wrong.',
    subject: { class: 'Order', holder: 'rss max', path: [], source: null, package: null },
    growth: null,
    evidence: [],
    against: [],
    recommendation: '',
    verify: '',
    ...change,
  };
}

/** A run in which every check has judged and found nothing, but these. */
function reportWith(open: readonly CheckId[], gates: readonly Gate[] = []): Report {
  const checked = CHECK_IDS.map((check): Checked => {
    const isOpen = open.includes(check);
    return { check, status: isOpen ? 'insufficient-data' : 'ok', detail: isOpen ? 'nothing was seen of it' : 'fine' };
  });
  return { ...HEALTHY, findings: [], checked, gates };
}

const HELD: Gate = { name: 'rss max', limit: '<1GB', measured: 1e8, unit: 'bytes', status: 'pass' };

test('every check that runs has its name in the list, and every name its check', () => {
  assert.deepEqual(
    CHECKS.map(({ name }) => name),
    CHECK_IDS,
  );
});

describe('gone needs the check that finds it', () => {
  for (const kind of FINDING_KINDS) {
    test(kind, () => {
      const able = findingInfo(kind).checks;
      if (able === null) {
        assert.equal(verifyFinding(findingOf(kind), reportWith([], [HELD])).status, 'not-enough-data');
        return;
      }
      for (const check of able) {
        const finding = findingOf(kind, { foundBy: check });
        assert.equal(verifyFinding(finding, reportWith([], [HELD])).status, 'gone');
        const { status, detail } = verifyFinding(finding, reportWith([check], [HELD]));
        assert.equal(status, 'not-enough-data');
        assert.equal(detail, `Not enough data: ${check}: nothing was seen of it.`);
      }
      // Of a report that does not say who found it: all that could.
      const [first] = able;
      assert.equal(verifyFinding(findingOf(kind), reportWith([first], [HELD])).status, 'not-enough-data');
      const missing = { ...reportWith([], [HELD]), checked: [] };
      assert.equal(verifyFinding(findingOf(kind), missing).status, 'not-enough-data');
    });
  }
});

test('a kind that a later version added fails no gate, and no soak says that it is gone', () => {
  const later = findingOf('quota-leak' as FindingKind, { confidence: 'confirmed' });
  assert.equal(findingInfo(later.kind).gate, null);
  assert.equal(verifyFinding(later, reportWith([])).detail, 'Not enough data: no check of a soak finds quota-leak.');
});

test('a service without a database, or without timers seen, says nothing of them', () => {
  for (const kind of ['slow-query', 'n-plus-one-query'] as const) {
    const { status, detail } = verifyFinding(findingOf(kind), HEALTHY);
    assert.equal(status, 'not-enough-data');
    assert.match(detail, /no query was seen/);
  }
  const short = verifyFinding(findingOf('memory-fragmentation'), HEALTHY);
  assert.equal(short.status, 'not-enough-data');
  assert.match(short.detail, /native memory: /);
  const unseen = syntheticRun({ seed: 12 });
  const samples = unseen.samples.map((sample) => {
    const { 'resources.timers': _, ...values } = sample.values;
    return { ...sample, values };
  });
  const timers = verifyFinding(findingOf('timer-leak', { foundBy: 'timers' }), analyse({ ...unseen, samples }));
  assert.equal(timers.status, 'not-enough-data');
});

test('a broken limit is mended only where it was measured again, and held', () => {
  const finding = findingOf('slo-breach');
  assert.equal(verifyFinding(finding, reportWith([], [HELD])).status, 'gone');
  for (const gates of [
    [],
    [{ ...HELD, status: 'unknown', measured: null }],
    [{ ...HELD, name: 'cpu mean' }],
  ] as const) {
    const { status, detail } = verifyFinding(finding, reportWith([], gates));
    assert.equal(status, 'not-enough-data');
    assert.match(detail, /rss max was not measured/);
  }
});

test('a run that is not whole, or has no snapshots to look through, does not say gone', () => {
  const whole = HEALTHY.completeness;
  assert.ok(whole);
  const damaged = {
    ...reportWith([]),
    completeness: { ...whole, missing: ['samples.ndjson: 3 of 60 lines are missing'] },
  };
  assert.match(verifyFinding(findingOf('js-heap-leak'), damaged).detail, /3 of 60 lines/);
  const blind = { ...reportWith([]), completeness: { ...whole, snapshots: { ...whole.snapshots, taken: 0 } } };
  const finding = findingOf('js-heap-leak', { countSeries: [10, 20, 30] });
  assert.equal(verifyFinding(finding, blind).status, 'not-enough-data');
  assert.equal(verifyFinding(finding, reportWith([])).status, 'gone');
});
