import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { formatDuration } from '../../src/model/units.ts';
import { readRun } from '../../src/record/read-run.ts';
import { runCli } from '../helpers/run-cli.ts';
import { spawnService } from '../helpers/spawn-service.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

/** As Kubernetes has them unless somebody says otherwise. */
const PERIOD_MS = 10_000;
const TIMEOUT_MS = 1_000;
const FAILURES_TO_RESTART = 3;
/** A snapshot of it takes 5 to 7 s on a quiet machine, and much longer on a busy one. */
const HEAP = ['one Map, number to object', '150'];

interface Probe {
  /** The most probes in a row that failed. */
  readonly worst: () => number;
  readonly probes: () => number;
  readonly stop: () => Promise<void>;
}

/** Asks like a kubelet; it would restart the service after the third failure in a row. */
function startProbe(url: string): Probe {
  const stopped = new AbortController();
  let [probes, inRow, worst] = [0, 0, 0];
  const run = async (): Promise<void> => {
    while (!stopped.signal.aborted) {
      const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) }).catch(() => null);
      probes += 1;
      inRow = response?.ok ? 0 : inRow + 1;
      worst = Math.max(worst, inRow);
      await sleep(PERIOD_MS, undefined, { signal: stopped.signal }).catch(() => {});
    }
  };
  const running = run();
  return {
    worst: () => worst,
    probes: () => probes,
    stop: () => {
      stopped.abort();
      return running;
    },
  };
}

test('a soak as it is by default does not make a liveness probe restart a service of 150 MB', async (t) => {
  const service = await spawnService('test/targets/shaped-heap.mjs', {
    args: HEAP,
    env: { KUBERNETES_SERVICE_HOST: '10.0.0.1' },
  });
  t.after(() => service.stop('SIGKILL'));
  const probe = startProbe(service.baseUrl);
  t.after(() => probe.stop());
  const run = join(temporaryFolder(t), 'run');
  const words = ['soak', '--pid', String(service.pid), '--load', 'none', '--seconds', '60'];
  const { stderr } = await runCli([...words, '--out', run, '--report-dir', join(run, '..', 'report')]);
  await probe.stop();

  const { events } = await readRun(run);
  const pausesMs = [0, ...events.flatMap((event) => (event.type === 'capture' ? [event.cost.pauseMs] : []))];
  t.diagnostic(`longest pause ${formatDuration(Math.max(...pausesMs))}, probes that failed in a row: ${probe.worst()}`);
  assert.ok(probe.probes() >= 6);
  assert.ok(probe.worst() < FAILURES_TO_RESTART, `the service would have been restarted: ${stderr}`);
  assert.equal(service.child.exitCode ?? service.child.signalCode, null);
  const decided = events.filter(
    (event) => (event.type === 'capture' || event.type === 'capture-refused') && event.capture === 'heap-snapshot',
  );
  assert.ok(decided.length > 0, 'snapshots were taken, or refused');
});
