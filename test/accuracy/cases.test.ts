import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { basename } from 'node:path';
import { test } from 'node:test';
import { FINDING_KINDS } from '../../src/model/finding-catalogue.ts';
import { parseScenario } from '../../src/scenario/parse-scenario.ts';
import { publishedPackages } from '../helpers/published-packages.ts';
import { type AccuracyCase, isHealthy } from './accuracy-case.ts';
import { CASES } from './cases.ts';
import { scenarioOf } from './scenario-of.ts';
import { SERVICES, serviceNamed } from './services.ts';

const CI_CUT_MAX_MS = 10 * 60_000;
/** Start of the service, captures and analysis, beside the run itself; some 10 s on two quiet cores. */
const AROUND_A_RUN_MS = 15_000;

test('at least thirty leaks and twenty look-alikes, each name once', () => {
  const names = new Set(CASES.map(({ name }) => name));
  assert.equal(names.size, CASES.length);
  const healthy = CASES.filter(isHealthy);
  assert.ok(CASES.length - healthy.length >= 30);
  assert.ok(healthy.length >= 20);
});

test('every service is driven leaky and healthy, on a Node that it runs on', () => {
  for (const { name } of SERVICES) {
    const cases = CASES.filter(({ service }) => service === name);
    assert.ok(cases.some(isHealthy), name);
    assert.ok(!cases.every(isHealthy), name);
  }
  for (const { name, service, nodeMajor } of CASES) assert.ok(nodeMajor >= serviceNamed(service).oldestNode, name);
  assert.deepEqual([...new Set(CASES.map(({ nodeMajor }) => nodeMajor))].sort(), [18, 20, 22, 24, 26]);
});

test('expectations can be met: known kinds, words to look for, files that exist', () => {
  const files = readdirSync('test/targets', { recursive: true }).map((name) => basename(String(name)));
  for (const one of CASES.filter((candidate) => !isHealthy(candidate))) {
    assert.ok(
      one.kinds.every((kind) => FINDING_KINDS.includes(kind)),
      one.name,
    );
    assert.ok(one.names.length > 0, one.name);
    const own = one.files.filter((file) => file.startsWith(one.service));
    assert.ok(
      own.every((file) => files.includes(basename(file))),
      one.name,
    );
  }
});

test('every scenario is sound and asks the route of the fault most', () => {
  for (const one of CASES) {
    assert.ok(one.focus in serviceNamed(one.service).routes, one.name);
    const scenario = parseScenario(JSON.stringify(scenarioOf(one)), { fileName: one.name });
    const weights = scenario.tasks.map(({ weight }) => weight);
    const focus = scenario.tasks.find(({ request }) => request.name === one.focus);
    assert.equal(focus?.weight, Math.max(...weights), one.name);
  }
});

test('the cut for CI holds each of its services leaky and healthy and takes at most ten minutes, with one retry', () => {
  const cut = CASES.filter(({ isInCiCut }) => isInCiCut);
  const services = (cases: readonly AccuracyCase[]): string[] =>
    [...new Set(cases.map(({ service }) => service))].sort();
  assert.deepEqual(services(cut.filter(isHealthy)), services(cut.filter((one) => !isHealthy(one))));
  const durations = cut.map(({ seconds }) => seconds * 1_000 + AROUND_A_RUN_MS);
  const durationMs = durations.reduce((sum, duration) => sum + duration, Math.max(...durations));
  assert.ok(durationMs <= CI_CUT_MAX_MS, `${durationMs / 60_000} min`);
});

test('scripts of services are there', () => {
  for (const { script } of SERVICES) assert.ok(existsSync(script), script);
});

test('every published package with a leak is driven in both releases, and says where the leak was reported', () => {
  let count = 0;
  for (const { name: service, script } of SERVICES) {
    for (const [fault, { package: name, leaky, fixed, issue }] of Object.entries(publishedPackages(script))) {
      count += 1;
      const leak = CASES.find((one) => one.name === `${service}/${fault}`);
      assert.ok(leak?.about.includes(`${name} ${leaky} (${issue})`), fault);
      const twin = CASES.find((one) => one.name === `${service}/healthy-${leak?.focus}`);
      assert.ok(twin?.about.includes(`${name} ${fixed}`), fault);
    }
  }
  assert.ok(count >= 6);
});
