import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { analyse } from '../../../src/analysis/analyse.ts';
import type { RunData } from '../../../src/analysis/run-data.ts';
import type { Report } from '../../../src/model/report.ts';
import type { RunEvent } from '../../../src/model/run-event.ts';
import { parseThresholds } from '../../../src/scenario/parse-threshold.ts';
import { headline } from '../../../src/words/report/headline.ts';
import { distribution } from '../../helpers/distribution.ts';
import { facts, startOf, told, withPlan } from '../../helpers/incomplete-run.ts';
import { healthyDocument } from '../../helpers/report-document.ts';
import { syntheticRun } from '../../helpers/synthetic-run.ts';

describe('requests that failed', () => {
  test('traffic that is watched and fails is told, and no pass where it begins to fail', () => {
    const watched = (failed: readonly number[]): Report => {
      const run = syntheticRun({ seed: 12, load: 'none' });
      const counts = failed.map(
        (count, i): RunEvent => ({
          type: 'route-counts',
          routes: [{ route: 'GET /a', begun: 1000 * (i + 1), failed: count, aborted: 0 }],
          monoMs: startOf(run),
          wallMs: 0,
        }),
      );
      return analyse({ ...run, events: [...run.events.slice(0, -1), ...counts, ...run.events.slice(-1)] });
    };
    assert.deepEqual(told(watched([0, 0, 0])).notes, []);
    const steady = watched([100, 200, 300]);
    assert.deepEqual(facts(steady), [0, 'pass']);
    assert.deepEqual(told(steady).notes, ['10 % of the requests failed: `GET /a` (300 of 3,000)']);
    const broken = watched([0, 0, 500]);
    assert.deepEqual(facts(broken), [5, 'inconclusive']);
    assert.match(told(broken).missing.join(), /^the share of failed requests rose from 0 % to 50 %/);
    assert.deepEqual(told(watched([1000, 2000, 3000])).missing, ['every request failed']);
  });

  test('traffic that is watched is no pass where all but the health checks fail', () => {
    const watched = (failed: number): Report => {
      const run = syntheticRun({ seed: 12, load: 'none' });
      const counts: RunEvent = {
        type: 'route-counts',
        routes: [
          { route: 'GET /a', begun: 1000, failed, aborted: 0 },
          { route: 'GET /health', begun: 2000, failed: 0, aborted: 0 },
        ],
        monoMs: startOf(run),
        wallMs: 0,
      };
      return analyse({ ...run, events: [...run.events.slice(0, -1), counts, ...run.events.slice(-1)] });
    };
    assert.deepEqual(facts(watched(900)), [0, 'pass']);
    assert.deepEqual(facts(watched(1000)), [5, 'inconclusive']);
    assert.deepEqual(told(watched(1000)).missing, ['every request failed, but for those of health checks']);
  });

  test('a load that none answered without an error', () => {
    const run = syntheticRun({ seed: 12, errorShare: () => 1 });
    const report = analyse(withPlan(run, { failOn: ['leak'] }));
    assert.deepEqual(told(report).missing, ['every request failed']);
    assert.equal(report.exitCode, 5);
    assert.match(told(analyse({ ...run, requests: [] })).missing.join(), /no requests were seen/);
  });

  test('a probe, and the set-up of users, are not the work that was asked', () => {
    const run = syntheticRun({ seed: 12, errorShare: ({ tMs }) => (tMs < 9000 ? 0.5 : 1) });
    const missingOf = (changed: RunData): string => told(analyse(changed)).missing.join();
    const beside = (change: Partial<RunData['requests'][number]>, requests = run.requests): RunData => ({
      ...run,
      requests: [...requests, ...run.requests.map((one) => ({ ...one, errors: 0, ...change }))],
    });
    assert.match(missingOf(beside({ name: 'probe' })), /every request failed/);
    assert.match(missingOf(beside({ name: 'login', isSetup: true })), /every request failed/);
    assert.doesNotMatch(missingOf(beside({ name: 'login' })), /every request failed/);
    assert.match(missingOf(beside({ name: 'probe' }, [])), /no requests were seen/);
  });

  test('requests that were never answered are told, though they are in no count of failures', () => {
    const run = syntheticRun({ seed: 12 });
    const hanging = run.requests.map((one, i) =>
      i % 10 === 0 ? { ...one, aborted: one.count, intended: distribution(one.count, 60_000) } : one,
    );
    assert.match(
      told(analyse({ ...run, requests: hanging })).notes.join(),
      /^[\d,]+ of [\d,]+ requests were never answered$/,
    );
  });

  test('a load of which more than a tenth was dropped is not the one that was planned', () => {
    const run = syntheticRun({ seed: 12 });
    const dropping = (share: number): RunData => ({
      ...run,
      requests: run.requests.map((one) => ({ ...one, dropped: Math.round(share * one.count) })),
    });
    assert.deepEqual(told(analyse(dropping(0))).notes, []);
    const few = analyse(dropping(0.1));
    assert.deepEqual(facts(few), [0, 'pass']);
    assert.match(
      told(few).notes.join(),
      /^[\d,]+ of [\d,]+ planned requests were dropped: the load could not send them$/,
    );
    const many = analyse(dropping(0.5));
    assert.deepEqual(facts(many), [5, 'inconclusive']);
    assert.match(told(many).missing.join(), /planned requests were dropped/);
    const thresholds = parseThresholds({ '*': ['dropped<100000'] }, (_, text) => assert.fail(text));
    assert.deepEqual(facts(analyse({ ...dropping(0.5), thresholds })), [0, 'pass']);
  });

  test('answers that change their kind, or lead elsewhere, are told', () => {
    const run = syntheticRun({ seed: 12 });
    type Traits = NonNullable<RunData['requests'][number]['traits']>;
    const none = {
      closed: 0,
      connects: 0,
      connectMs: 0,
      compressible: 0,
      compressed: 0,
      sampleBytes: 0,
      sampleGzipBytes: 0,
    };
    const json = (answers: number): Traits => ({
      ...none,
      answers,
      jsonAnswers: answers,
      bodyBytes: 9 * answers,
      redirects: 0,
    });
    const moved = (answers: number): Traits => ({ ...none, answers, jsonAnswers: 0, bodyBytes: 0, redirects: answers });
    const answering = (traitsOf: (share: number, count: number) => Traits): RunData => ({
      ...run,
      requests: run.requests.map((one, i) => ({ ...one, traits: traitsOf(i / run.requests.length, one.count) })),
    });
    const notesOf = (traitsOf: (share: number, count: number) => Traits): string =>
      told(analyse(answering(traitsOf))).notes.join('\n');
    const late = notesOf((share, count) => (share > 0.7 ? moved(count) : json(count)));
    assert.match(late, /request `ledger` was answered with JSON at first and with redirects later/);
    assert.doesNotMatch(late, /of the responses were redirects/);
    assert.match(
      notesOf((_, count) => moved(count)),
      /^100 % of the responses were redirects, which the load does not follow/,
    );
    assert.equal(
      notesOf((_, count) => json(count)),
      '',
    );
    assert.equal(
      notesOf((_, count) => ({ ...none, answers: count, jsonAnswers: 0, bodyBytes: 0 })),
      '',
    );
  });

  test('one answer in some hundreds is nearly none', () => {
    const run = syntheticRun({ seed: 12, errorShare: () => 1 });
    const few = run.requests.map((one, i) => (i % 30 === 0 ? { ...one, errors: Math.max(0, one.errors - 1) } : one));
    assert.match(told(analyse({ ...run, requests: few })).missing.join(), /nearly every request failed \(\d+ of \d+\)/);
    const half = syntheticRun({ seed: 12, errorShare: () => 0.9 });
    assert.deepEqual(told(analyse(half)).missing, []);
  });

  test('a task that failed nearly always was not soaked; errors that are fewer are told', () => {
    const run = syntheticRun({ seed: 12 });
    const failing = (name: string, share: number): RunData => ({
      ...run,
      requests: run.requests.map((one) => {
        const errors = one.name === name ? Math.round(share * one.count) : 0;
        return { ...one, errors, errorKinds: errors === 0 ? {} : { 'status 404': errors } };
      }),
    });
    const task = analyse(failing('health', 1));
    assert.deepEqual(facts(task), [5, 'inconclusive']);
    assert.match(told(task).missing.join(), /^request `health` failed in \S+ of \S+ cases, so it was not tested$/);
    const half = analyse(failing('ledger', 0.5));
    assert.deepEqual(facts(half), [0, 'pass']);
    const { limits } = headline({ ...healthyDocument(), report: half });
    assert.match(limits[0] ?? '', /^1\d(\.\d)? % of the requests failed: status 404 at `ledger` \(\S+\)\.$/);
    assert.deepEqual(told(analyse(run)).notes, []);
  });
});
