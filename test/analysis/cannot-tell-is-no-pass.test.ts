import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { analyse } from '../../src/analysis/analyse.ts';
import type { RunData } from '../../src/analysis/run-data.ts';
import type { RunEvent } from '../../src/model/run-event.ts';
import { scriptsOf } from '../helpers/code-of.ts';
import { readingsOf } from '../helpers/sampled-sites.ts';
import { syntheticRun } from '../helpers/synthetic-run.ts';

/** Sizes after collections that scatter by more than a tenth of the heap: whether it grows, they cannot tell. */
const scattered = syntheticRun({ seed: 1, snapshots: 0, load: 'none', heapNoiseBytes: 3_000_000 });
const scripts = scriptsOf({ 'desk.js': '\nexports.keep = function keep(n) {\n  return { n };\n};\n' });

function sampled(run: RunData, intervalBytes: number, live: (requests: number) => number): RunData {
  const sites = [{ file: 'desk.js', function: 'keep', live }];
  const allocationReadings = readingsOf(run, sites, { seed: 7, scripts, readings: 8, intervalBytes });
  const heapProfiles = allocationReadings.atMs.map((monoMs, i) => ({
    file: `heap/${i}.heapprofile`,
    monoMs,
    segment: 0,
    intervalBytes,
    requests: null,
  }));
  return { ...run, manifest: { ...run.manifest, heapProfiles }, allocationReadings };
}

function counted(run: RunData, countOf: (requests: number) => number): RunData {
  const counts = [10_000, 25_000, 40_000, 55_000].map((atMs): RunEvent => {
    const monoMs = run.manifest.clock.startMonoMs + atMs;
    const requests = run.samples.findLast((one) => one.monoMs <= monoMs)?.values['requests.served'] ?? 0;
    const classes = [{ class: 'Order', count: countOf(requests) }];
    return { type: 'class-counts', monoMs, wallMs: 0, requests, classes };
  });
  return { ...run, events: [...run.events, ...counts].sort((a, b) => a.monoMs - b.monoMs) };
}

describe('where the sizes of the heap cannot tell, only another look that is clear makes a pass', () => {
  const level = () => 600_000;
  const grows = (requests: number): number => 100_000 + 40 * requests;
  const cases: readonly (readonly [string, RunData, 'pass' | 'inconclusive'])[] = [
    ['no look at all', scattered, 'inconclusive'],
    ['samples of live objects that are dense and level', sampled(scattered, 4096, level), 'pass'],
    ['samples that are too few to tell', sampled(scattered, 65_536, level), 'inconclusive'],
    ['a function whose live objects become more', sampled(scattered, 4096, grows), 'inconclusive'],
    ['classes that stay as they are', counted(scattered, () => 400), 'pass'],
    ['a class that grows with the requests', counted(scattered, (requests) => 400 + requests / 4), 'inconclusive'],
  ];
  for (const [name, run, verdict] of cases)
    test(`${name}: ${verdict}`, () => {
      const report = analyse(run);
      const heap = report.checked.find(({ check }) => check === 'JS heap');
      assert.match(heap?.detail ?? '', /cannot tell yet: a run of/);
      assert.equal(report.verdict, verdict, `${heap?.detail}; ${report.findings.map(({ title }) => title).join('; ')}`);
    });
});
