import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { isMarkingOver, startMarking, timeToMark } from '../../src/capture/early-marking.ts';
import { nodeVersions } from '../helpers/node-versions.ts';
import { startInspected } from './inspected-child.ts';

/** Says of each major collection what flags V8 gave it: those that were forced stop the program for all of it. */
const PROGRAM = `
const { PerformanceObserver } = require('node:perf_hooks');
const kept = [];
for (let i = 0; i < 100000; i++) kept.push({ i, more: { of: i } });
globalThis.majors = 0;
new PerformanceObserver((list) => {
  for (const { detail } of list.getEntries()) if (detail.kind === 4) globalThis.majors += 1;
}).observe({ entryTypes: ['gc'] });
setInterval(() => kept.length, 20);
console.log('ready');
`;

for (const { major, binary, skip } of nodeVersions()) {
  test(`V8 collects beside the program when it is asked to, and says when that is over, Node ${major}`, {
    skip,
  }, async (t) => {
    const { session } = await startInspected(t, PROGRAM, { node: binary });
    const residentBytes = () => session.evaluate<number>('process.memoryUsage().rss');
    const before = await residentBytes();
    for (let time = 0; time < 2; time++) {
      assert.equal(await startMarking(session), true);
      // It ends when it does: the test has a time-out of its own.
      while (!(await isMarkingOver(session))) await sleep(20);
    }
    assert.ok((await session.evaluate<number>('majors')) >= 2);
    assert.ok((await residentBytes()) - before < 60e6, 'what is taken to make V8 begin takes room');
  });
}

test('marking is waited for as long as a heap of that size needs on such a host', () => {
  assert.equal(timeToMark({ usedBytes: 1e6 }, 1), 200);
  assert.ok(timeToMark({ usedBytes: 400e6 }, 2) > timeToMark({ usedBytes: 400e6 }, 1));
  assert.equal(timeToMark({ usedBytes: 8e9 }, 3), 8_000);
});
