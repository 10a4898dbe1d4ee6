import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { analyse } from '../../../src/analysis/analyse.ts';
import type { RunData } from '../../../src/analysis/run-data.ts';
import type { Sample } from '../../../src/model/sample.ts';
import { facts, told } from '../../helpers/incomplete-run.ts';
import { syntheticRun } from '../../helpers/synthetic-run.ts';

describe('requests that were seen', () => {
  const silent = (values: Sample['values']): RunData => {
    const run = syntheticRun({ seed: 12, load: 'none', ratePerSecond: 0 });
    const samples = run.samples.map((sample) => ({ ...sample, values: { ...sample.values, ...values } }));
    return { ...run, samples };
  };
  test('an HTTP server that nobody asked says nothing', () => {
    const report = analyse(silent({ 'requests.served': 0, 'resources.servers.http': 1 }));
    assert.deepEqual(facts(report), [5, 'inconclusive']);
    assert.deepEqual(told(report).missing, ['no requests were seen']);
  });

  test('clients that come and go without HTTP requests are traffic, those that only stay are not', () => {
    const run = silent({ 'requests.served': 0, 'resources.servers.http': 1 });
    const withClients = (socketsAt: (second: number) => number, accepted: number): RunData => {
      const groups = [{ kind: 'socket' as const, pattern: 'TCP accepted on port 3000, ESTABLISHED', count: accepted }];
      const { startMonoMs } = run.manifest.clock;
      const looks = [20_000, 40_000].map((atMs) => {
        return { type: 'descriptors' as const, wallMs: 0, monoMs: startMonoMs + atMs, groups };
      });
      const samples = run.samples.map((sample, i) => ({
        ...sample,
        values: { ...sample.values, 'resources.sockets': socketsAt(i) },
      }));
      return { ...run, samples, events: [...run.events, ...looks].sort((a, b) => a.monoMs - b.monoMs) };
    };
    const waves = analyse(withClients((second) => 60 + Math.round(50 * Math.sin(second / 5)), 100));
    assert.deepEqual(facts(waves), [0, 'pass']);
    assert.match(told(waves).notes.join(), /client connections were opened \(up to 100 at once\), as with WebSockets/);
    const pool = analyse(withClients(() => 40, 40));
    assert.deepEqual(facts(pool), [5, 'inconclusive']);
    assert.match(told(pool).missing.join(), /^no requests were seen; 40 connections of clients were open/);
    const outgoing = analyse(withClients((second) => second % 7, 0));
    assert.deepEqual(told(outgoing).missing, ['no requests were seen']);
  });

  test('a worker without an HTTP server can pass', () => {
    assert.deepEqual(facts(analyse(silent({ 'requests.served': 0, 'resources.servers.http': 0 }))), [0, 'pass']);
  });

  test('a server of another protocol that nobody was connected to says nothing', () => {
    const server = { 'requests.served': 0, 'resources.servers.http': 0, 'resources.servers': 1 };
    const report = analyse(silent({ ...server, 'resources.sockets': 0 }));
    assert.deepEqual(facts(report), [5, 'inconclusive']);
    assert.match(
      told(report).missing.join(),
      /^no connection to the service was seen: it listens, but not for HTTP\/1/,
    );
    assert.deepEqual(facts(analyse(silent({ ...server, 'resources.sockets': 2 }))), [0, 'pass']);
  });

  test('a few health checks are not enough to see a leak', () => {
    const run = syntheticRun({ seed: 12, load: 'none', ratePerSecond: 0 });
    const samples = run.samples.map((sample, i) => {
      const served = i < run.samples.length / 2 ? 0 : 2;
      return { ...sample, values: { ...sample.values, 'requests.served': served, 'resources.servers.http': 1 } };
    });
    const report = analyse({ ...run, samples });
    assert.deepEqual(facts(report), [5, 'inconclusive']);
    assert.deepEqual(told(report).missing, ['only 2 requests were seen: at least 30 are needed to see a leak']);
  });

  test('a task that was never asked was not tested', () => {
    const run = syntheticRun({ seed: 12 });
    const asked = [...new Set(run.requests.map(({ name }) => name))];
    const withTasks = (names: readonly string[], stages: object[] = []): RunData => {
      const tasks = names.map((name) => ({ weight: 1, request: { name, method: 'GET', path: '/' } }));
      const text = JSON.stringify({ name: 's', load: { stages }, tasks });
      const scenario = { name: 's', baseUrl: 'http://127.0.0.1:3000', text };
      return { ...run, manifest: { ...run.manifest, scenario } };
    };
    assert.deepEqual(told(analyse(withTasks(asked))).missing, []);
    const report = analyse(withTasks([...asked, 'rare']));
    assert.deepEqual(facts(report), [5, 'inconclusive']);
    assert.match(told(report).missing.join(), /^request `rare` of the scenario was never sent/);
    // Stages that name their tasks may leave one out.
    assert.deepEqual(told(analyse(withTasks([...asked, 'rare'], [{ tasks: { [asked[0] ?? '']: 1 } }]))).missing, []);
  });

  test('what this tool asks for is no traffic', () => {
    const run = silent({ 'resources.servers.http': 1 });
    const { startMonoMs } = run.manifest.clock;
    const scrapes = run.samples.map(({ monoMs, wallMs }, n) => ({
      monoMs,
      wallMs,
      segment: 0,
      exposed: n,
      values: [],
    }));
    const samples = run.samples.map((sample) => ({
      ...sample,
      values: { ...sample.values, 'requests.served': Math.round((sample.monoMs - startMonoMs) / 1000) },
    }));
    const plan = { url: 'http://127.0.0.1:3000/metrics', intervalMs: 1000, series: [], leftOut: [] };
    const scraped = { plan, scrapes } as unknown as NonNullable<RunData['scraped']>;
    assert.deepEqual(told(analyse({ ...run, samples, scraped })).missing, ['no requests were seen']);
  });
});

describe('the load and the service that is watched', () => {
  const run = syntheticRun({ seed: 12 });
  const counted = (change: (served: number) => Sample['values'], scenario = run): RunData => ({
    ...scenario,
    samples: scenario.samples.map((sample) => ({
      ...sample,
      values: { ...sample.values, ...change(sample.values['requests.served'] ?? 0) },
    })),
  });

  test('a load that went to another service says nothing of this one', () => {
    for (const strange of [0, 3]) {
      const report = analyse(counted(() => ({ 'requests.served': strange, 'resources.servers.http': 1 })));
      assert.deepEqual(facts(report), [5, 'inconclusive']);
      assert.match(
        told(report).missing.join(),
        /^none of the [\d,]+ requests that were sent to http:\/\/127\.0\.0\.1:3000 reached the service/,
      );
    }
    const few = analyse(counted((served) => ({ 'requests.served': Math.round(served / 500) })));
    assert.match(told(few).missing.join(), /^only \d+ of the [\d,]+ requests that were sent/);
  });

  test('one of several processes behind a balancer can pass, and it is told', () => {
    const report = analyse(counted((served) => ({ 'requests.served': Math.round(served / 4) })));
    assert.deepEqual(facts(report), [0, 'pass']);
    assert.match(told(report).notes.join(), /^only 2\d(\.\d)? % of the requests reached the watched process$/);
  });

  test('what it takes and does not answer has reached it; what has no HTTP server cannot tell', () => {
    const hanging = counted((served) => ({
      'requests.served': 0,
      'requests.aborted': served,
      'resources.servers.http': 1,
    }));
    assert.deepEqual(told(analyse(hanging)).missing, []);
    const worker = counted(() => ({ 'requests.served': 0, 'resources.servers.http': 0 }));
    assert.deepEqual(facts(analyse(worker)), [0, 'pass']);
  });
});
