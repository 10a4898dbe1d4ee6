import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createHostClock } from '../../src/capture/host-clock.ts';
import type { Report } from '../../src/model/report.ts';
import { runSoak } from '../../src/soak/run-soak.ts';
import type { SoakOptions } from '../../src/soak/soak-options.ts';
import type { SoakTarget } from '../../src/soak/soak-target.ts';
import { analyseRun } from '../../src/study/analyse-run.ts';
import { attach } from '../../src/target/attach.ts';
import { readProcessFacts } from '../../src/target/process-facts.ts';
import { assertLeftAlone } from '../helpers/assert-left-alone.ts';
import { spawnService } from '../helpers/spawn-service.ts';

test('a service whose inside is lost in the midst of a soak: not a pass, and the report says for how long', async (t) => {
  const { report, events } = await soakAndLose(t, 4_000);
  assert.deepEqual([report.exitCode, report.verdict], [5, 'inconclusive']);
  const { missing, notes, snapshots } = report.completeness ?? assert.fail();
  assert.match(missing.join('\n'), /values from inside the service are missing for [\d.]+ s of/);
  assert.ok(snapshots.failed >= 2, JSON.stringify(snapshots));
  assert.match(notes.join('\n'), new RegExp(`^${snapshots.failed} of 4 heap snapshots failed$`, 'm'));
  assert.ok(events.includes('there is no connection to the service'), 'each capture that could not be made is told');
});

/** Soaks a real service for ten seconds; after `afterMs` its inspector is gone and does not come back. */
async function soakAndLose(t: TestContext, afterMs: number): Promise<{ report: Report; events: string[] }> {
  const service = await spawnService('test/targets/http-service.mjs');
  t.after(() => service.stop());
  const folder = mkdtempSync(join(tmpdir(), 'profiler-lost-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const facts = readProcessFacts(service.pid);
  assert.ok(facts);
  let isLost = false;
  const target: SoakTarget = {
    facts: { ...facts, nodeVersion: null },
    process: facts,
    identity: { by: 'pid' },
    ended: null,
    attach: async () => {
      if (isLost) throw new Error('the inspector does not open');
      const attachment = await attach(facts);
      setTimeout(() => {
        isLost = true;
        void attachment.detach();
      }, afterMs);
      return attachment;
    },
  };
  const calling = setInterval(() => void fetch(`${service.baseUrl}/health`).then((answer) => answer.text()), 50);
  const runDir = join(folder, 'run');
  try {
    await runSoak(target, optionsOf(runDir), {
      clock: createHostClock(),
      listener: { status: () => {}, happened: () => {} },
      stop: new AbortController().signal,
      toolVersion: 'test',
    });
  } finally {
    clearInterval(calling);
  }
  const document = await analyseRun(runDir, { onProgress: () => {}, toolVersion: 'test' });
  assertLeftAlone(service);
  return { report: document.report, events: document.timeline.map(({ detail }) => detail) };
}

function optionsOf(runDir: string): SoakOptions {
  return {
    durationMs: 12_000,
    load: null,
    sampleMs: 1000,
    snapshots: 4,
    maxPauseMs: 10_000,
    cpuIntervalUs: null,
    cpuWindowMs: null,
    failOn: [],
    thresholds: [],
    scrapeUrl: null,
    databaseUrl: null,
    probes: true,
    force: false,
    runDir,
    runId: 'lost',
  };
}
