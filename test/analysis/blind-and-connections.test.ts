import assert from 'node:assert/strict';
import { test } from 'node:test';
import { analyse } from '../../src/analysis/analyse.ts';
import { openedConnections, socketsOfClients } from '../../src/analysis/heap/follows-connections.ts';
import type { GrowthBehaviour } from '../../src/analysis/heap/growth-tests.ts';
import type { RunEvent } from '../../src/model/run-event.ts';
import { syntheticRun } from '../helpers/synthetic-run.ts';

function openedAmong(counts: readonly number[], gained: number): number | null {
  const events = counts.map((count, i) => ({
    type: 'descriptors' as const,
    wallMs: 0,
    monoMs: 1000 * i,
    groups: [
      { kind: 'socket' as const, pattern: 'TCP accepted on port 4128, ESTABLISHED', count },
      { kind: 'socket' as const, pattern: 'TCP to 10.0.0.5:5432', count: 3 * count },
    ],
  }));
  const context = { run: { events } } as unknown as Parameters<typeof openedConnections>[0];
  return openedConnections(context, { unit: 'objects', gained } as GrowthBehaviour);
}

test('as many objects as clients connected and stayed are theirs', () => {
  assert.equal(openedAmong([67, 314], 247), 247);
  assert.equal(openedAmong([67, 314], 500), null);
  assert.equal(openedAmong([67, 70], 3), null, 'too few to say');
  assert.equal(openedAmong([], 247), null);
});

test('as many sockets as clients are connected are theirs', () => {
  const events = [{ type: 'descriptors', groups: [{ pattern: 'TCP accepted on port 4128, ESTABLISHED', count: 64 }] }];
  const context = { run: { events } } as unknown as Parameters<typeof socketsOfClients>[0];
  const of = (...counts: readonly number[]) =>
    socketsOfClients(context, { counts } as unknown as Parameters<typeof socketsOfClients>[1]);
  assert.equal(of(3, 10, 66), 64);
  assert.equal(of(3, 60, 200), null, 'others are open as well');
});

function refusing(run: ReturnType<typeof syntheticRun>): ReturnType<typeof syntheticRun> {
  const { startMonoMs } = run.manifest.clock;
  const refusals = Array.from(
    { length: run.manifest.plan.snapshots },
    (_, i): RunEvent => ({
      type: 'capture-refused',
      wallMs: 0,
      monoMs: startMonoMs + 1000 * i,
      capture: 'heap-snapshot',
      reason: 'it would take long',
      estimatedPauseMs: 20_000,
      estimatedBytes: 0,
    }),
  );
  const manifest = { ...run.manifest, snapshots: [], heapProfiles: [] };
  const events = run.events.filter((event) => !(event.type === 'capture' && event.capture === 'heap-snapshot'));
  return { ...run, manifest, heapGrowth: null, events: [...events, ...refusals] };
}

test('a run of which every look at the heap was refused is no pass', () => {
  const report = analyse(refusing(syntheticRun({ seed: 3, snapshots: 5 })));
  const heap = report.checked.find(({ check }) => check === 'JS heap');
  assert.equal(report.verdict, 'inconclusive');
  assert.match(heap?.detail ?? '', /a slow leak would not have been seen: allow a longer pause/);
});
