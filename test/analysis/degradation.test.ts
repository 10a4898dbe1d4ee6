import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { analyse } from '../../src/analysis/analyse.ts';
import type { RunData } from '../../src/analysis/run-data.ts';
import type { FunctionChange } from '../../src/cpu/compare-trees.ts';
import type { Finding } from '../../src/model/finding.ts';
import { isDegradationKind } from '../../src/model/finding-catalogue.ts';
import { Latencies } from '../../src/stats/latencies.ts';
import { distribution } from '../helpers/distribution.ts';
import { type RunPlan, syntheticRun } from '../helpers/synthetic-run.ts';

const SEEDS = [7, 21, 42, 63, 84, 105, 126, 147];
const MINUTE_MS = 60_000;
const HALF_HOUR = { durationMs: 40 * MINUTE_MS, ratePerSecond: 20, snapshots: 3 } as const;

function degradationsOf(plan: RunPlan): readonly Finding[] {
  return analyse(syntheticRun(plan)).findings.filter(({ kind }) => isDegradationKind(kind));
}

/** As many of its requests as `share` says were never sent. */
function thinned(run: RunData, share: (tMs: number) => number): RunData {
  let owed = 0;
  const requests = run.requests.flatMap((one) => {
    owed += one.count * share(one.startMonoMs - run.manifest.clock.startMonoMs);
    const count = Math.floor(owed);
    owed -= count;
    if (count === 0) return [];
    const latencies = new Latencies();
    latencies.add(one.service);
    const service = distribution(count, latencies.atPercentile(50) ?? 0);
    return [{ ...one, count, service, intended: service }];
  });
  return { ...run, requests };
}

describe('the machine as the other explanation', () => {
  /** Latency, CPU and wait for a core step up at half-time; `cpu`: of a core, before and after. */
  const stepped = (cpu: readonly [number, number], wait: readonly [number, number]): readonly Finding[] =>
    degradationsOf({
      seed: 21,
      latencyMs: ({ tMs }) => (tMs < 30_000 ? 5 : 400),
      values: ({ tMs }) => ({
        'process.cpu': 100 * (tMs < 30_000 ? cpu[0] : cpu[1]),
        'process.run-delay': tMs < 30_000 ? wait[0] * tMs : wait[0] * 30_000 + wait[1] * (tMs - 30_000),
      }),
    }).filter(({ kind }) => kind === 'latency-degradation');

  test('a service that waits for a core since it works more is slow by its own work', () => {
    const findings = stepped([0.03, 0.3], [0.06, 0.4]);
    assert.ok(findings.length > 0 && findings.every(({ confidence }) => confidence === 'likely'));
  });

  test('one that waits longer for the same work, or for each millisecond of it, may not be', () => {
    for (const cpu of [
      [0.03, 0.03],
      [0.03, 0.1],
    ] as const) {
      const findings = stepped(cpu, [0.06, 0.4]);
      assert.ok(findings.length > 0 && findings.every(({ confidence }) => confidence === 'possible'));
      assert.match(findings[0]?.against.join() ?? '', /After it the service waited for a core 40 % of the time/);
    }
  });

  test('one that is short of cores all the time may have been slowed by the machine at any time', () => {
    const findings = stepped([0.13, 0.13], [0.47, 0.5]);
    assert.ok(findings.length > 0 && findings.every(({ confidence }) => confidence === 'possible'));
    const alone = stepped([0.7, 0.95], [0.3, 0.35]);
    assert.ok(alone.length > 0 && alone.every(({ confidence }) => confidence === 'likely'));
  });
});

describe('latency', () => {
  test('that doubles within a minute is likely', () => {
    for (const seed of SEEDS) {
      const findings = degradationsOf({ seed, latencyMs: ({ tMs }) => 5 + (8 * tMs) / MINUTE_MS });
      const latency = findings.filter(({ kind }) => kind === 'latency-degradation');
      assert.ok(latency.length >= 1, `seed ${seed}`);
      assert.ok(latency.every(({ confidence }) => confidence === 'likely'));
      assert.match(latency[0]?.title ?? '', /latency of `[\w-]+` rose from/);
    }
  });

  test('of a service that answers less and less as it becomes slow, and of one with few requests', () => {
    for (const seed of SEEDS) {
      // Four users, each waiting for its answer: 90 requests a second at first, 3 at the end.
      const latencyMs: RunPlan['latencyMs'] = ({ tMs }) => 40 + tMs / 45;
      const slow = syntheticRun({ seed, latencyMs, change: (run) => thinned(run, (tMs) => 40 / (40 + tMs / 45)) });
      const findings = analyse(slow).findings.filter(({ kind }) => kind === 'latency-degradation');
      assert.ok(
        findings.some(({ confidence }) => confidence !== 'possible'),
        `seed ${seed}`,
      );
    }
  });

  test('of which too little was seen leaves the gate open', () => {
    const gate = (run: RunData) => analyse(run).gates.find(({ name }) => name === 'degradation')?.status;
    for (const seed of SEEDS) {
      assert.equal(gate(syntheticRun({ seed, ratePerSecond: 4 })), 'pass', `seed ${seed}`);
      assert.equal(gate(syntheticRun({ seed, change: (run) => thinned(run, () => 0.002) })), 'unknown', `seed ${seed}`);
    }
  });

  test('that is noisy, or falls, or went up once, does not degrade', () => {
    const shapes: readonly NonNullable<RunPlan['latencyMs']>[] = [
      () => 8,
      ({ normal }) => 8 * Math.exp(0.3 * normal()),
      ({ tMs }) => 5 + 20 * Math.exp(-tMs / 8000),
      ({ tMs }) => (tMs > 30_000 ? 16 : 8),
    ];
    for (const latencyMs of shapes) {
      for (const seed of SEEDS) {
        const sure = degradationsOf({ seed, latencyMs }).filter(({ confidence }) => confidence !== 'possible');
        assert.deepEqual(
          sure.map(({ title }) => title),
          [],
        );
      }
    }
  });

  test('a step is told with its time', () => {
    const report = analyse(syntheticRun({ seed: 7, latencyMs: ({ tMs }) => (tMs > 30_000 ? 16 : 8) }));
    const detail = report.checked.find(({ check }) => check === 'latency')?.detail ?? '';
    assert.match(detail, /in one step (29|30|31)(\.\d)? s into the run/);
  });

  test('that creeps over forty minutes is confirmed', () => {
    const [finding] = degradationsOf({
      ...HALF_HOUR,
      seed: 7,
      latencyMs: ({ tMs }) => 8 + (6 * tMs) / (40 * MINUTE_MS),
    });
    assert.equal(finding?.kind, 'latency-degradation');
    assert.equal(finding?.confidence, 'confirmed');
  });
});

test('our own captures are no degradation', () => {
  for (const seed of SEEDS) {
    const values: RunPlan['values'] = ({ tMs, normal }) => ({
      'loop.delay.p99': [8_250, 27_000, 49_000].some((at) => tMs >= at && tMs < at + 1500)
        ? 400
        : 11 + Math.abs(normal()),
    });
    assert.deepEqual(degradationsOf({ seed, values }), []);
  }
});

test('an event loop that answers later and later', () => {
  for (const seed of SEEDS) {
    const values: RunPlan['values'] = ({ tMs, normal }) => ({
      'loop.delay.p99': 12 + tMs / 1500 + 2 * Math.abs(normal()),
    });
    const findings = degradationsOf({ seed, values });
    assert.equal(findings[0]?.kind, 'event-loop-degradation', `seed ${seed}`);
  }
});

test('errors that become more', () => {
  for (const seed of SEEDS) {
    const findings = degradationsOf({ seed, errorShare: ({ tMs }) => 0.3 * (tMs / MINUTE_MS) ** 2 });
    assert.equal(findings[0]?.kind, 'error-rate-degradation', `seed ${seed}`);
  }
});

describe('CPU a request', () => {
  const place = { file: 'src/rules.ts', line: 33, column: 3, function: 'isRevoked', package: null };
  const change = (name: string, beforeSelfUs: number, selfUs: number): FunctionChange => ({
    name,
    place: name === 'isRevoked' ? place : null,
    beforeSelfUs,
    selfUs,
    beforeTotalUs: beforeSelfUs,
    totalUs: selfUs,
  });
  const creeping: RunPlan = {
    seed: 7,
    values: ({ tMs, isLoaded, normal }) => ({ 'process.cpu': isLoaded ? 25 + tMs / 1500 + normal() : 1 }),
    change: (run) => ({
      ...run,
      cpu: {
        hotFunctions: [],
        changes: [change('isRevoked', 60, 1300), change('query', 400, 420), change('emit', 300, 290)],
        per: 'request',
        samples: { first: 1800, last: 1900 },
      },
    }),
  };

  test('that creeps up names the function that became dearer', () => {
    for (const seed of SEEDS) {
      const finding = degradationsOf({ ...creeping, seed }).find(({ kind }) => kind === 'cpu-degradation');
      assert.equal(finding?.subject.class, 'isRevoked', `seed ${seed}`);
      assert.equal(finding?.subject.source?.file, 'src/rules.ts');
      assert.ok(finding?.evidence.some(({ what }) => what.includes('60 us per request')));
    }
  });

  test('that goes into sending is the machine, not a function', () => {
    const sending = { ...change('writev', 210, 750), place: null };
    const { change: _, values: __, ...steady } = creeping;
    const plan: RunPlan = {
      ...steady,
      change: (run) => ({
        ...run,
        cpu: {
          hotFunctions: [],
          changes: [sending, { ...change('write', 2, 4), beforeTotalUs: 212, totalUs: 754 }, change('query', 300, 300)],
          per: 'request',
          samples: { first: 600, last: 700 },
        },
      }),
    };
    assert.deepEqual(degradationsOf(plan), []);
  });

  test('that stays is no finding, whatever single windows say', () => {
    for (const seed of SEEDS) {
      const steady = { ...creeping, seed, values: () => ({}) };
      assert.deepEqual(degradationsOf(steady), []);
    }
  });
});

test('less and less is answered', () => {
  // A service that answers less without answering slower: half of the arrivals are not let in at the end.
  const findings = degradationsOf({
    seed: 7,
    change: (run) => ({
      ...run,
      requests: run.requests.map((interval) => {
        const share = (interval.startMonoMs - 5_000_000) / MINUTE_MS;
        return { ...interval, count: Math.round(interval.count * (1 - 0.7 * share)) };
      }),
    }),
  });
  assert.equal(findings[0]?.kind, 'throughput-degradation');
  assert.match(findings[0]?.title ?? '', /fell from/);
});
