import assert from 'node:assert/strict';
import { test } from 'node:test';
import { breakingFinding, breakingInterval } from '../../src/analysis/breaking-point.ts';
import { whatGaveWay } from '../../src/analysis/gave-way.ts';
import { judgeStage, type StageFacts } from '../../src/analysis/stage-judge.ts';
import type { StageResources, StressStage } from '../../src/model/stress-report.ts';

function facts(seen: Partial<StageFacts['seen']>, rest: Partial<StageFacts> = {}): StageFacts {
  return {
    seen: {
      level: 100,
      startedMs: 0,
      lastedMs: 20_000,
      throughputPerSecond: 100,
      achievedShare: null,
      errorShare: 0,
      inFlight: 10,
      p50Ms: 5,
      p99Ms: 20,
      requests: [],
      resources: {},
      generatorLimits: [],
      ...seen,
    },
    windows: [],
    isTargetLost: false,
    isGeneratorSpent: false,
    ...rest,
  };
}

function stage(seen: Partial<StageFacts['seen']>, rest: Partial<StageFacts> = {}): StressStage {
  return judgeStage(facts(seen, rest), []);
}

test('each of the four ways to break is one, and just within is none', () => {
  const limit = 'work p(99) <1s';
  assert.match(stage({ errorShare: 0.011 }).broke.join(), /failed/);
  assert.deepEqual(stage({ errorShare: 0.01 }).broke, []);
  assert.match(stage({}, { windows: [[], [limit], [limit], [limit]] }).broke.join(), /three|3 windows in a row/);
  assert.deepEqual(stage({}, { windows: [[limit], [limit], [], [limit], [limit]] }).broke, []);
  assert.match(stage({ achievedShare: 0.94 }).broke.join(), /answered in time/);
  assert.deepEqual(stage({ achievedShare: 0.96 }).broke, []);
  const lower = [stage({ level: 50, throughputPerSecond: 120 })];
  assert.match(judgeStage(facts({}), lower).broke.join(), /throughput fell/);
  assert.deepEqual(judgeStage(facts({ throughputPerSecond: 115 }), lower).broke, []);
  const lost = stage({}, { isTargetLost: true });
  assert.match(lost.broke.join(), /process of the service ended/);
  assert.deepEqual(lost.brokeBy, ['process-ended']);
  assert.equal(whatGaveWay([{ ...lost, broke: ['in other words'] }], lost.level)?.resource, 'process');
});

test('a stage that broke while the generator was spent does not count; late sends alone leave it valid', () => {
  const late = ['2 % of the requests were sent late'];
  assert.equal(stage({ errorShare: 0.5, generatorLimits: late }).isDoubtful, false);
  assert.equal(stage({ errorShare: 0.5, generatorLimits: late }, { isGeneratorSpent: true }).isDoubtful, true);
  const lower = [stage({ level: 50, throughputPerSecond: 200 })];
  assert.equal(judgeStage(facts({ generatorLimits: late }), lower).isDoubtful, true);
});

test('the interval lies between the highest level that held and the lowest that broke, each as it was last', () => {
  const broken = { errorShare: 0.2 };
  const stages = [
    stage({ level: 100 }),
    stage({ level: 200, ...broken }),
    stage({ level: 200, ...broken }),
    stage({ level: 150, ...broken }),
    stage({ level: 150 }),
    stage({ level: 175, ...broken }),
  ];
  const point = breakingInterval(stages);
  assert.deepEqual([point.from, point.to], [150, 175]);
  assert.equal(breakingFinding(point, stages, 'users')?.confidence, 'likely');
  assert.match(breakingFinding(point, stages, 'users')?.title ?? '', /between 150 and 175 users/);
});

test('the resource that gave way first is named, or that nobody saw it', () => {
  const at = (level: number, resources: StageResources, errorShare = 0): StressStage =>
    stage({ level, resources, errorShare });
  const named = (resources: StageResources): string | undefined =>
    whatGaveWay([at(100, { cpuPercent: 20, loopUtilization: 0.2 }), at(200, resources, 0.5)], 200)?.resource;
  assert.equal(named({ cpuPercent: 99, loopUtilization: 0.99 }), 'cpu');
  assert.equal(named({ cpuPercent: 60, loopUtilization: 0.7, poolWaiting: 12 }), 'pool');
  assert.equal(
    named({ cpuPercent: 99, loopUtilization: 0.99, poolWaiting: 12 }),
    'cpu',
    'a larger pool would not help',
  );
  assert.equal(named({ cpuPercent: 30, loopUtilization: 0.98 }), 'event loop');
  assert.equal(named({ cpuPercent: 60, loopUtilization: 0.6, memoryShare: 0.95 }), 'memory');
  assert.equal(named({ cpuPercent: 60, loopUtilization: 0.6, runDelayShare: 0.4 }), 'host');
  assert.equal(named({ cpuPercent: 30, loopUtilization: 0.3 }), 'dependency');
  assert.equal(named({ cpuPercent: 30, loopUtilization: 0.3, databaseConnections: 20 }), 'database');
  assert.equal(named({}), 'unknown');
  assert.equal(whatGaveWay([at(100, {})], null), null);
});
