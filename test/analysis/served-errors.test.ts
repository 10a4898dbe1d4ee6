import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { analyse } from '../../src/analysis/analyse.ts';
import type { RunData } from '../../src/analysis/run-data.ts';
import type { Report } from '../../src/model/report.ts';
import { withPlan } from '../helpers/incomplete-run.ts';
import { type Moment, syntheticRun } from '../helpers/synthetic-run.ts';

const MINUTE = 60_000;

/** A service that is only watched. `errors`: of the requests so far, those that it answered with 500 or more. */
function watched(
  errors: (moment: Moment) => number,
  more: { durationMs?: number; ratePerSecond?: number } = {},
): RunData {
  return syntheticRun({
    seed: 21,
    load: 'none',
    durationMs: 5 * MINUTE,
    ratePerSecond: 20,
    ...more,
    values: (moment) => ({ 'requests.errors': Math.round(errors(moment)) }),
  });
}

function errorFinding({ findings }: Report): Report['findings'][number] | undefined {
  return findings.find(({ kind }) => kind === 'error-rate-degradation');
}

function checkedErrors({ checked }: Report): Report['checked'][number] | undefined {
  return checked.find(({ check }) => check === 'errors');
}

/** From the middle on, this share of the requests fails. */
function fromTheMiddle(share: number, durationMs = 5 * MINUTE): (moment: Moment) => number {
  return ({ requests, requestsAt }) => share * Math.max(0, requests - requestsAt(durationMs / 2));
}

describe('requests of watched traffic that the service itself failed', () => {
  test('a service that begins to answer 500 is a finding, which fails the gate of degradations and no other', () => {
    const run = watched(fromTheMiddle(0.3));
    const routes = [
      { route: 'GET /a', begun: 6000, failed: 900, serverErrors: 880, aborted: 0 },
      { route: 'GET /b', begun: 90, failed: 90, serverErrors: 0, aborted: 0 },
    ];
    const counts = { type: 'route-counts', routes, monoMs: run.events.at(-1)?.monoMs ?? 0, wallMs: 0 } as const;
    const told: RunData = { ...run, events: [...run.events.slice(0, -1), counts, ...run.events.slice(-1)] };
    const report = analyse(withPlan(told, { failOn: ['leak'] }));
    const finding = errorFinding(report);
    assert.match(
      finding?.title ?? '',
      /^The share of requests that the service answered with a status of 500 or more rose from 0 to 30 % in one step, 2 m 35 s into the run/,
    );
    assert.equal(finding?.confidence, 'confirmed');
    assert.match(finding.evidence.map(({ what }) => what).join('\n'), /What failed: `GET \/a` \(880 of 6,000\)\./);
    assert.match(finding.recommendation, /^Read the log of the service at the time/);
    assert.equal(report.exitCode, 0);
    assert.equal(analyse(withPlan(told, { failOn: ['degradation'] })).exitCode, 1);
  });

  test('a share that rises by degrees is found as well', () => {
    const hour = 60 * MINUTE;
    const report = analyse(watched(({ requests, tMs }) => (requests * 0.1 * tMs) / hour, { durationMs: hour }));
    assert.match(errorFinding(report)?.title ?? '', /of 500 or more rose from .* during the run/);
  });

  test('what always failed, what fails once, and a spell that passes are no finding', () => {
    const spell: typeof fromTheMiddle = (share) => {
      const begun = fromTheMiddle(share);
      const ended = ({ requests, requestsAt }: Moment): number =>
        share * Math.max(0, requests - requestsAt(3 * MINUTE));
      return (moment) => begun(moment) - ended(moment);
    };
    const errors: readonly ((moment: Moment) => number)[] = [
      () => 0,
      ({ requests }) => 0.1 * requests,
      ({ tMs }) => (tMs > 2 * MINUTE ? 3 : 0),
      spell(0.5),
    ];
    for (const one of errors) {
      const report = analyse(watched(one));
      assert.equal(errorFinding(report), undefined);
      assert.equal(checkedErrors(report)?.status, 'ok');
    }
  });

  test('little traffic, and runs that did not count them, are not judged', () => {
    const few = watched(fromTheMiddle(1), { ratePerSecond: 0.2 });
    const older = syntheticRun({ seed: 21, load: 'none' });
    for (const run of [few, older]) assert.equal(checkedErrors(analyse(run))?.status, 'insufficient-data');
  });

  test('answers that refuse what was asked are told apart from those that failed', () => {
    const notesOf = (failed: number, serverErrors: number): readonly string[] => {
      const run = watched(() => 0);
      const routes = [{ route: 'GET /a', begun: 1000, failed, serverErrors, aborted: 0 }];
      const counts = { type: 'route-counts', routes, monoMs: run.events.at(-1)?.monoMs ?? 0, wallMs: 0 } as const;
      return (
        analyse({ ...run, events: [...run.events.slice(0, -1), counts, ...run.events.slice(-1)] }).completeness
          ?.notes ?? []
      );
    };
    assert.deepEqual(notesOf(300, 0), [
      '30 % of the requests were answered with a status from 400 to 499: `GET /a` (300 of 1,000)',
    ]);
    assert.deepEqual(notesOf(300, 295), [
      '29.5 % of the requests were answered with a status of 500 or more: `GET /a` (295 of 1,000)',
    ]);
  });
});
