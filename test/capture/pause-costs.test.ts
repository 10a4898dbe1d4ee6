import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createHostClock } from '../../src/capture/host-clock.ts';
import { costOfCollection, costOfCpuStart } from '../../src/capture/pause-costs.ts';
import { PauseGuard } from '../../src/capture/pause-guard.ts';
import { RuntimeProbe } from '../../src/capture/runtime-probe.ts';
import { slowdownOfShort } from '../../src/capture/slowdown.ts';
import { SnapshotGuard } from '../../src/capture/snapshot-guard.ts';
import { nodeVersions } from '../helpers/node-versions.ts';
import { startInspected } from './inspected-child.ts';

const MB = 1e6;
const makeup = (usedMb: number, largeMb = 0): { usedBytes: number; largeBytes: number; externalBytes: number } => ({
  usedBytes: usedMb * MB,
  largeBytes: largeMb * MB,
  externalBytes: 0,
});

/** CPU time on Node 18, 20, 22, 24 and 26, in ms; sizes are about the same on all. */
const STARTS = [
  { heap: 'an empty program', makeup: makeup(4), bytecodeMb: 0.2, measuredMs: [6, 6, 11, 11, 13] },
  { heap: '100,000 small functions', makeup: makeup(60), bytecodeMb: 16, measuredMs: [120, 114, 120, 121, 142] },
  { heap: '100,000 larger functions', makeup: makeup(130, 18), bytecodeMb: 56, measuredMs: [279, 296, 321, 318, 423] },
  { heap: '1,000,000 objects', makeup: makeup(110, 10), bytecodeMb: 0.3, measuredMs: [71, 63, 67, 72, 88] },
  { heap: '3,000,000 objects', makeup: makeup(330, 39), bytecodeMb: 0.3, measuredMs: [195, 171, 225, 216, 240] },
  { heap: '1,000,000 closures', makeup: makeup(68, 8), bytecodeMb: 0.3, measuredMs: [28, 27, 33, 35, 40] },
];
const COLLECTIONS = [
  { heap: '1,000,000 objects', makeup: makeup(110, 10), measuredMs: [91, 103, 79, 77, 62] },
  { heap: '3,000,000 objects', makeup: makeup(330, 39), measuredMs: [295, 244, 240, 192, 207] },
  { heap: 'a Map of 2,000,000', makeup: makeup(126, 40), measuredMs: [89, 68, 78, 74, 58] },
  { heap: '5,000 long strings', makeup: makeup(105, 100), measuredMs: [6, 5, 5, 6, 5] },
];

for (const { heap, makeup, bytecodeMb, measuredMs } of STARTS) {
  test(`the start of a CPU profile is not under-estimated by much: ${heap}`, () => {
    const estimatedMs = costOfCpuStart(makeup, bytecodeMb * MB);
    for (const ms of measuredMs)
      assert.ok(estimatedMs > 0.8 * ms && estimatedMs < 2.6 * ms, `${estimatedMs} for ${ms}`);
  });
}

for (const { heap, makeup, measuredMs } of COLLECTIONS) {
  test(`a collection is not under-estimated by much: ${heap}`, () => {
    const estimatedMs = costOfCollection(makeup);
    for (const ms of measuredMs)
      assert.ok(estimatedMs > 0.7 * ms && estimatedMs < 2.6 * ms, `${estimatedMs} for ${ms}`);
  });
}

const MUCH_CODE = `
const kept = [];
for (let i = 0; i < 20000; i += 1000) {
  let text = '';
  for (let j = 0; j < 1000; j++) text += 'out.push(function f' + (i + j) + '(a) { return a + ' + j + '; });';
  const out = [];
  new Function('out', text)(out);
  for (const f of out) f(1);
  kept.push(out);
}
setInterval(() => kept, 1000);
console.log('ready');
`;

for (const { major, binary, skip } of nodeVersions()) {
  test(`code is counted before a CPU profile is started, Node ${major}`, { skip }, async (t) => {
    const { session } = await startInspected(t, MUCH_CODE, { node: binary });
    // Of a process elsewhere the load of its host is not known: the estimate is the CPU time alone.
    const judge = (maxPauseMs: number) => new PauseGuard({ session, pid: null, maxPauseMs });
    const { pauseMs, verdict } = await judge(10_000).judgeCpuStart();
    const { pauseMs: collectionMs } = await judge(10_000).judgeCollection();
    assert.equal(verdict, 'go');
    // 20,000 functions of some 150 B of bytecode each: 10 ms and more on top of the walk over the heap.
    assert.ok(pauseMs > collectionMs + 10, `${pauseMs}, ${collectionMs}`);
    const { verdict: tight } = await judge(pauseMs - 5).judgeCpuStart();
    assert.ok(tight !== 'go' && /would be paused for about .*, longer than the allowed/.test(tight.refused));
    const { verdict: none } = await judge(1).judgeCollection();
    assert.ok(none !== 'go');
  });
}

test('a snapshot that may not be is refused without the collections that would tell more', async (t) => {
  const { session } = await startInspected(t, MUCH_CODE);
  const probe = await RuntimeProbe.install(session, { httpProbes: false, clock: createHostClock() });
  const guard = new SnapshotGuard({ session, measure: probe.measure, pid: null, nodeMajor: 20, maxPauseMs: 1 });
  const { estimate, steps } = await guard.judge({ path: '/nowhere', mayLook: true, force: false });
  assert.notEqual(estimate.verdict, 'go');
  assert.deepEqual(steps, []);
});

test('a collection that is over soon hardly waits for a core, one of a large heap waits like everything else', () => {
  // On two cores with a load of 35.
  assert.ok(11 * slowdownOfShort(11, 18) < 100);
  assert.equal(slowdownOfShort(400, 18), 18);
  assert.equal(slowdownOfShort(11, 1), 1);
});
