import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { runStress } from '../../src/drive/run-stress.ts';
import { parseScenario } from '../../src/scenario/parse-scenario.ts';

async function limitedService(t: TestContext): Promise<string> {
  const child = fork(new URL('./limited-service.js', import.meta.url), { execArgv: [] });
  t.after(() => child.kill('SIGKILL'));
  const [{ port }] = (await once(child, 'message')) as [{ port: number }];
  return `http://127.0.0.1:${port}`;
}

// What the machine does meanwhile moves the figures, not the truth: 200 a second are served, the rest piles up.
test('the rate at which a service breaks is found and narrowed down', async (t) => {
  const scenario = parseScenario(
    `name: limited
load: { model: open, rate: 50/s }
stress: { from: 80/s, to: 560/s, step: 160/s, hold: 1200ms, atLeast: 400/s }
tasks: [ { request: { name: work, path: / } } ]
thresholds: { work: [ "p(99)<400ms" ] }
`,
    { fileName: 's' },
  );
  const seen: number[] = [];
  const { report, exitCode } = await runStress({
    scenario,
    plan: scenario.stress!,
    baseUrl: await limitedService(t),
    workers: 1,
    watch: null,
    stop: new AbortController().signal,
    onStatus: () => {},
    onStage: ({ level }) => seen.push(level),
    say: () => {},
  });
  const words = JSON.stringify(
    report.stages.map(({ level, broke, generatorLimits, p99Ms }) => ({ level, broke, generatorLimits, p99Ms })),
  );
  assert.equal(report.outcome, 'broke', words);
  assert.deepEqual(
    seen,
    report.stages.map(({ level }) => level),
  );
  const { from, to } = report.breakingPoint;
  assert.ok(from !== null && from >= 80 && from <= 240, words);
  assert.ok(to !== null && to > from && to <= 320, words);
  assert.equal(exitCode, 1);
  assert.equal(report.gates[0]?.status, 'fail');
  assert.equal(report.findings[0]?.kind, 'breaking-point');
  assert.equal(report.gaveWay?.resource, 'unknown');
});
