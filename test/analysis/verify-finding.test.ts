import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { analyse } from '../../src/analysis/analyse.ts';
import { CHECKS } from '../../src/analysis/checks/checks.ts';
import { verifyFinding } from '../../src/analysis/verify-finding.ts';
import { CHECK_IDS, type CheckId } from '../../src/model/check-id.ts';
import type { Finding } from '../../src/model/finding.ts';
import { FINDING_KINDS, type FindingKind, findingInfo } from '../../src/model/finding-catalogue.ts';
import type { Checked, Gate, Report } from '../../src/model/report.ts';
import { leak } from '../helpers/populations.ts';
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
        assert.equal(verifyFinding(findingOf(kind), HEALTHY, reportWith([], [HELD])).status, 'not-enough-data');
        return;
      }
      for (const check of able) {
        const finding = findingOf(kind, { foundBy: check });
        assert.equal(verifyFinding(finding, HEALTHY, reportWith([], [HELD])).status, 'gone');
        const { status, detail } = verifyFinding(finding, HEALTHY, reportWith([check], [HELD]));
        assert.equal(status, 'not-enough-data');
        assert.equal(detail, `Not enough data: ${check}: nothing was seen of it.`);
      }
      // Of a report that does not say who found it: all that could.
      const [first] = able;
      assert.equal(verifyFinding(findingOf(kind), HEALTHY, reportWith([first], [HELD])).status, 'not-enough-data');
      const missing = { ...reportWith([], [HELD]), checked: [] };
      assert.equal(verifyFinding(findingOf(kind), HEALTHY, missing).status, 'not-enough-data');
    });
  }
});

test('a kind that a later version added fails no gate, and no soak says that it is gone', () => {
  const later = findingOf('quota-leak' as FindingKind, { confidence: 'confirmed' });
  assert.equal(findingInfo(later.kind).gate, null);
  assert.equal(
    verifyFinding(later, HEALTHY, reportWith([])).detail,
    'Not enough data: no check of a soak finds quota-leak.',
  );
});

test('a service without a database, or without timers seen, says nothing of them', () => {
  for (const kind of ['slow-query', 'n-plus-one-query'] as const) {
    const { status, detail } = verifyFinding(findingOf(kind), HEALTHY, HEALTHY);
    assert.equal(status, 'not-enough-data');
    assert.match(detail, /no query was seen/);
  }
  const short = verifyFinding(findingOf('memory-fragmentation'), HEALTHY, HEALTHY);
  assert.equal(short.status, 'not-enough-data');
  assert.match(short.detail, /native memory: /);
  const unseen = syntheticRun({ seed: 12 });
  const samples = unseen.samples.map((sample) => {
    const { 'resources.timers': _, ...values } = sample.values;
    return { ...sample, values };
  });
  const timers = verifyFinding(
    findingOf('timer-leak', { foundBy: 'timers' }),
    HEALTHY,
    analyse({ ...unseen, samples }),
  );
  assert.equal(timers.status, 'not-enough-data');
});

test('a broken limit is mended only where it was measured again, and held', () => {
  const finding = findingOf('slo-breach');
  assert.equal(verifyFinding(finding, HEALTHY, reportWith([], [HELD])).status, 'gone');
  for (const gates of [
    [],
    [{ ...HELD, status: 'unknown', measured: null }],
    [{ ...HELD, name: 'cpu mean' }],
  ] as const) {
    const { status, detail } = verifyFinding(finding, HEALTHY, reportWith([], gates));
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
  assert.match(verifyFinding(findingOf('js-heap-leak'), HEALTHY, damaged).detail, /3 of 60 lines/);
  const blind = { ...reportWith([]), completeness: { ...whole, snapshots: { ...whole.snapshots, taken: 0 } } };
  const finding = findingOf('js-heap-leak', { countSeries: [10, 20, 30] });
  assert.equal(verifyFinding(finding, HEALTHY, blind).status, 'not-enough-data');
  assert.equal(verifyFinding(finding, HEALTHY, reportWith([])).status, 'gone');
});

describe('gone needs the load under which it was found', () => {
  const first = analyse(syntheticRun({ seed: 4, populations: [leak()] }));
  const [finding] = first.findings;
  assert.ok(finding);
  const mended = analyse(syntheticRun({ seed: 5 }));
  const verified = (now: Report, before: Finding = finding) => verifyFinding(before, first, now);
  const asked = (change: (one: Report['requests'][number]) => Partial<Report['requests'][number]>): Report => {
    const requests = mended.requests.map((one) => ({ ...one, ...change(one) })).filter(({ count }) => count > 0);
    return {
      ...mended,
      requests,
      run: { ...mended.run, requests: requests.reduce((sum, { count }) => sum + count, 0) },
    };
  };

  test('the same load says it', () => {
    assert.equal(verified(mended).status, 'gone');
    // A run of a tenth, which is long enough for a leak of every second request.
    assert.equal(verified(asked(({ count }) => ({ count: Math.round(count / 10) }))).status, 'gone');
  });

  test('other requests, or requests that fail, do not', () => {
    const other = verified(asked(({ name }) => (name === 'health' ? { count: 10_000 } : { count: 0 })));
    assert.equal(other.status, 'not-enough-data');
    assert.match(other.detail, /request `lock-proof`, which the first run made [\d,]+ times, was not made in this run/);
    const broken = verified(asked(({ name, count }) => (name === 'lock-proof' ? { errors: count } : {})));
    assert.equal(broken.status, 'not-enough-data');
    assert.match(broken.detail, /request `lock-proof` failed in [\d,]+ of [\d,]+ cases/);
    const slower = findingOf('latency-degradation', { subject: { ...finding.subject, class: 'lock-proof' } });
    assert.equal(
      verified(
        asked(({ name }) => (name === 'health' ? {} : { count: 0 })),
        slower,
      ).status,
      'not-enough-data',
    );
  });

  test('nor do other answers: what is redirected, or empty, did not run what leaked', () => {
    const kinds = (json: number, redirects: number, bodyBytes: number) => (one: Report['requests'][number]) => ({
      answers: {
        count: one.count,
        json: json * one.count,
        redirects: redirects * one.count,
        bodyBytes: bodyBytes * one.count,
      },
    });
    const before = { ...first, requests: first.requests.map((one) => ({ ...one, ...kinds(1, 0, 40)(one) })) };
    const verify = (now: Report) => verifyFinding(finding, before, now);
    const moved = verify(asked(kinds(0, 1, 0)));
    assert.equal(moved.status, 'not-enough-data');
    assert.match(moved.detail, /request `\S+` was answered with JSON in the first run and with redirects in this run/);
    assert.equal(verify(asked(kinds(0, 0, 0))).status, 'not-enough-data');
    assert.equal(verify(asked(kinds(0, 0, 900))).status, 'not-enough-data');
    // More or fewer bytes of the same kind may be what the fix did, and a mixture may shift by chance.
    assert.equal(verify(asked(kinds(1, 0, 900))).status, 'gone');
    assert.equal(verify(asked(kinds(0.6, 0.4, 30))).status, 'gone');
    assert.equal(verify(mended).status, 'gone');
  });

  test('traffic that is watched is told apart by its routes', () => {
    const seen = (report: Report, leak: number): Report => ({
      ...report,
      requests: [],
      routes: [
        { route: 'POST /leak', begun: leak, failed: 0, aborted: 0 },
        { route: 'GET /health', begun: 5000, failed: 0, aborted: 0 },
      ],
    });
    const before = seen(first, 5000);
    const other = verifyFinding(finding, before, seen(mended, 0));
    assert.equal(other.status, 'not-enough-data');
    assert.match(other.detail, /request `POST \/leak`, which the first run saw 5,000 times, was not seen in this run/);
    assert.equal(verifyFinding(finding, before, seen(mended, 5000)).status, 'gone');
    // Where it is known what it came with, the others need not come.
    const of = { request: 'GET /health', outcome: 'any' as const, perRequest: 1 };
    const known = { ...finding, growth: finding.growth && { ...finding.growth, of } };
    assert.equal(verifyFinding(known, before, seen(mended, 0)).status, 'gone');
  });

  test('what came with requests that failed needs some that fail', () => {
    const of = { request: 'lock-proof', outcome: 'failed' as const, perRequest: 1 };
    const ofFailed = { ...finding, growth: finding.growth && { ...finding.growth, of } };
    const failing = (share: number) => (one: Report['requests'][number]) =>
      one.name === 'lock-proof' ? { errors: Math.round(share * one.count) } : {};
    const before = { ...first, requests: first.requests.map((one) => ({ ...one, ...failing(0.2)(one) })) };
    const none = verifyFinding(ofFailed, before, asked(failing(0)));
    assert.equal(none.status, 'not-enough-data');
    assert.match(
      none.detail,
      /it came with `lock-proof` requests that failed: [\d,]+ of them in the first run, none in this/,
    );
    assert.equal(verifyFinding(ofFailed, before, asked(failing(0.2))).status, 'gone');
  });

  test('nor do some tens of requests', () => {
    const few = verified(asked(({ count }) => ({ count: Math.round(count / 250) })));
    assert.equal(few.status, 'not-enough-data');
    assert.match(
      few.detail,
      /at 0\.5 per request, only \d+ objects would have piled up in this run, and 100 are needed/,
    );
    const unnamed = { ...finding, growth: finding.growth && { ...finding.growth, objectsPerRequest: null } };
    const seldom = verified(
      asked(({ count }) => ({ count: Math.round(count / 10) })),
      unnamed,
    );
    assert.match(
      seldom.detail,
      /this run made [\d.]+ % of the requests of the first run, and at least 25 % are needed/,
    );
  });

  test('a request that is rare, and one of an earlier probe, may be missing', () => {
    const rare: Report['requests'][number] = {
      ...(first.requests[0] as Report['requests'][number]),
      name: 'rare',
      count: 4,
    };
    const probe = { ...rare, name: 'probe', count: 4000 };
    const withRare = { ...first, requests: [...first.requests, rare, probe] };
    assert.equal(verifyFinding(finding, withRare, mended).status, 'gone');
  });

  test('a heap that grows without a name may hold it, unless it grows far slower', () => {
    const nameless = (bytesPerRequest: number): Report => ({
      ...mended,
      findings: [
        {
          ...findingOf('js-heap-leak', { confidence: 'possible', title: 'The JS heap grows.' }),
          subject: { ...finding.subject, class: '(unknown)', holder: '(unknown)' },
          growth: finding.growth && { ...finding.growth, bytesPerRequest },
        },
      ],
    });
    const was = finding.growth?.bytesPerRequest ?? 0;
    assert.ok(was > 0);
    const { status, detail } = verified(nameless(was));
    assert.equal(status, 'not-enough-data');
    assert.match(detail, /^It may still be there: The JS heap grows\./);
    assert.equal(verified(nameless(was / 10)).status, 'gone');
  });

  describe('the same leak under another holder is not gone', () => {
    const moved = (change: Partial<Finding>, objectsPerRequest = finding.growth?.objectsPerRequest ?? 0): Report => {
      const holder = 'Map of `keep` of module orders.js';
      const growth = finding.growth && {
        ...finding.growth,
        objectsPerRequest,
        bytesPerRequest:
          (finding.growth.bytesPerRequest ?? 0) * (objectsPerRequest / (finding.growth.objectsPerRequest ?? 1)),
      };
      const subject = { ...finding.subject, holder };
      return {
        ...mended,
        findings: [{ ...finding, id: 'ffffffffff', title: 'It moved.', subject, growth, ...change }],
      };
    };

    test('the same class', () => {
      const { status, detail, now } = verified(moved({}));
      assert.equal(status, 'still-there');
      assert.match(detail, /^Still there, \w+, but with another holder than in the first run \(.*\): It moved\.$/);
      assert.equal(now?.id, 'ffffffffff');
      assert.equal(verified(moved({ confidence: 'possible' })).status, 'not-enough-data');
    });

    test('another class at the same pace', () => {
      const subject = { ...finding.subject, class: 'Array' };
      assert.equal(verified(moved({ subject })).status, 'still-there');
    });

    test('any other leak that the first run did not have leaves it open, and is told', () => {
      const subject = { ...finding.subject, class: 'Array', holder: 'Array `other`' };
      const slower = verified(moved({ subject }, (finding.growth?.objectsPerRequest ?? 0) / 50));
      assert.equal(slower.status, 'not-enough-data');
      assert.match(slower.detail, /has a new leak, \w+: It moved\./);
      assert.equal(verified(moved({ kind: 'socket-leak', subject })).status, 'not-enough-data');
    });

    test('a leak that the first run had too does not speak of it, unless it took over its growth', () => {
      const known = moved({}).findings;
      const both = { ...first, findings: [...first.findings, ...known] };
      assert.equal(verifyFinding(finding, both, moved({})).status, 'gone');
      const twice = moved({}, 2 * (finding.growth?.objectsPerRequest ?? 0));
      assert.equal(verifyFinding(finding, both, twice).status, 'still-there');
    });
  });
});
