import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { analyse } from '../../../src/analysis/analyse.ts';
import type { RunData } from '../../../src/analysis/run-data.ts';
import type { Completeness } from '../../../src/model/report.ts';
import { distribution } from '../../helpers/distribution.ts';
import { at, facts, MINUTE, startOf, told, withEvents } from '../../helpers/incomplete-run.ts';
import { syntheticRun } from '../../helpers/synthetic-run.ts';

describe('a service that stops answering', () => {
  const healthy = syntheticRun({ seed: 12, durationMs: 12 * MINUTE, snapshots: 5, ratePerSecond: 20 });
  const sealed = { ...healthy, manifest: { ...healthy.manifest, seal: { journals: {}, files: {} } } };
  type Interval = RunData['requests'][number];
  const [like] = healthy.requests;
  assert.ok(like);
  const interval = (fromMs: number, toMs: number, change: Partial<Interval>): Interval => ({
    ...like,
    startMonoMs: startOf(healthy) + fromMs,
    endMonoMs: startOf(healthy) + toMs,
    count: 0,
    errors: 0,
    intended: '',
    service: '',
    ...change,
  });
  /** No answers from then to then, and what is told in their place. */
  const silent = (run: RunData, spans: readonly (readonly [number, number])[], ...instead: Interval[]): RunData => {
    const isSilent = ({ endMonoMs, startMonoMs }: Interval): boolean =>
      spans.some(([from, to]) => endMonoMs > startOf(run) + from && startMonoMs < startOf(run) + to);
    const requests = [...run.requests.filter((one) => !isSilent(one)), ...instead];
    return { ...run, requests: requests.sort((a, b) => a.startMonoMs - b.startMonoMs) };
  };
  const gapsOf = (run: RunData): Completeness['gaps'] => told(analyse(run)).gaps.filter(({ what }) => what === 'load');
  const late = (atMs: number, waitedMs: number): Interval =>
    interval(atMs, atMs + 500, { count: 5, service: distribution(5, waitedMs) });

  test('for the rest of the load: at each of its pauses, what waits is aborted', () => {
    const fromMs = 6 * MINUTE;
    const pauses = sealed.events
      .filter((event) => event.type === 'load' && event.state === 'paused')
      .map(({ monoMs }) => monoMs - startOf(sealed))
      .filter((tMs) => tMs > fromMs && tMs < 10 * MINUTE - 1);
    const aborted = pauses.map((tMs) => interval(tMs - 500, tMs, { aborted: 10 }));
    assert.ok(aborted.length > 0);
    const report = analyse(silent(sealed, [[fromMs, 10 * MINUTE]], ...aborted));
    assert.deepEqual(facts(report), [5, 'inconclusive']);
    assert.match(told(report).missing.join(), /the load is missing for .*requests waited and none was answered/);
  });

  test('for a while, after which what waited was answered, or given up by its time limit', () => {
    const [from, to] = [5 * MINUTE, 6.5 * MINUTE];
    assert.equal(gapsOf(silent(sealed, [[from, to]], late(to, to - from))).length, 1);
    const timedOut = interval(from + 30_000, from + 30_500, { count: 5, errors: 5, errorKinds: { timeout: 5 } });
    assert.equal(gapsOf(silent(sealed, [[from, to]], timedOut)).length, 1);
    assert.deepEqual(facts(analyse(silent(sealed, [[from, to]], late(to, to - from)))), [5, 'inconclusive']);
  });

  test('for a moment: told, and no more', () => {
    const report = analyse(silent(sealed, [[5 * MINUTE, 5.1 * MINUTE]], late(5.1 * MINUTE, 6000)));
    assert.deepEqual(facts(report), [0, 'pass']);
    assert.match(told(report).notes.join(), /the load is missing for 6/);
    assert.deepEqual(gapsOf(silent(sealed, [[5 * MINUTE, 5 * MINUTE + 1500]], late(5 * MINUTE + 1500, 1500))), []);
  });

  test('a load process that did not run is load that is missing, from a tenth of the time on', () => {
    const suspended = (minutes: number): RunData =>
      withEvents(sealed, {
        ...at(sealed, 6 * MINUTE),
        type: 'gap',
        durationMs: minutes * MINUTE,
        reason: 'the load process was paused',
        what: 'load',
      });
    const long = analyse(suspended(2));
    assert.deepEqual(facts(long), [5, 'inconclusive']);
    assert.match(told(long).missing.join(), /the load is missing for 1 m .*\(the load process was paused\)/);
    const short = analyse(suspended(0.2));
    assert.deepEqual(facts(short), [0, 'pass']);
    assert.match(told(short).notes.join(), /the load is missing for 12/);
  });

  test('time in which nothing was asked is no silence: our pauses, bursts, a level of none', () => {
    assert.deepEqual(gapsOf(sealed), []);
    const bursts = Array.from({ length: 30 }, (_, n) => [n * 20_000 + 1000, (n + 1) * 20_000] as const);
    assert.deepEqual(gapsOf(silent(sealed, bursts)), []);
    assert.deepEqual(gapsOf(silent(sealed, [[4 * MINUTE, 7 * MINUTE]])), []);
  });

  test('nor is what the scenario is like: answers that take long, now and then or all', () => {
    const spans = Array.from({ length: 30 }, (_, n) => [n * 20_000 + 5000, (n + 1) * 20_000] as const);
    assert.deepEqual(gapsOf(silent(sealed, spans, ...spans.map(([, to]) => late(to, 15_000)))), []);
    const rare = { ...sealed, requests: [] };
    const each = Array.from({ length: 36 }, (_, n) => ({ ...late((n + 1) * 19_000, 12_000), count: 1 }));
    assert.deepEqual(gapsOf(silent(rare, [], ...each)), []);
  });

  test('a restart is a gap by itself', () => {
    const [from, to] = [5 * MINUTE, 7 * MINUTE];
    const restarted = withEvents(
      silent(sealed, [[from, to]], late(to, to - from)),
      { ...at(sealed, from), type: 'target-lost', reason: 'process 4121 ended' },
      { ...at(sealed, to), type: 'target-back', segment: 1, pid: 4122, afterMs: to - from },
    );
    assert.deepEqual(gapsOf(restarted), []);
  });
});
