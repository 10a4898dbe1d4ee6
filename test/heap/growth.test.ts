import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HeapGrowth } from '../../src/model/heap-growth.ts';
import { growthOf } from '../../src/snapshot/growth-of.ts';
import { HEALTHY, PLANTED_LEAKS } from './planted-leaks.ts';
import { takeSnapshots } from './take-snapshots.ts';

for (const leak of PLANTED_LEAKS) {
  test(`planted leak: ${leak.name}`, async (t) => {
    const files = await takeSnapshots(t, leak);
    const growth = await growthOf(files, { requests: [500, 1000, 1500], idEpochs: ['a', 'b', 'b'] });
    const first = growth.suspects[0];
    assert.equal(growth.comparison, 'class-and-signature');
    assert.match(first?.class ?? 'no suspect', leak.class);
    assert.match(first?.holder ?? '', leak.holder);
    assert.ok(leak.kinds.includes(first!.holderKind), `${first!.holderKind} is not ${leak.kinds.join(' or ')}`);
    const place = first!.anchorLocation ?? first!.classLocation;
    assert.match(place?.scriptUrl ?? 'no location', leak.place ?? /service\.[cm]js$/);
    assert.ok(first!.shareOfGrowth > 0.5, `share of growth ${first!.shareOfGrowth}:\n${suspectsOf(growth)}`);
    const [, before = 0] = first!.counts;
    assert.ok((first!.survivors ?? before) >= 0.95 * before, `${first!.survivors} of ${before} are the same objects`);
    const others = growth.suspects
      .slice(1)
      .filter((suspect) => suspect.shareOfGrowth > 0.15 && !leak.beside?.test(suspect.holder));
    assert.deepEqual(others, [], `one leak, several suspects:\n${suspectsOf(growth)}`);
  });
}

for (const module of [true, false]) {
  test(`the variable of a module that holds is given for its line: ${module ? 'ESM' : 'CommonJS'}`, async (t) => {
    const seen = module ? 'export const seen = new Set();' : 'exports.seen = new Set();';
    const request = `${module ? '' : 'exports.'}seen.add({ request: 'r' + i, at: 'now' + i });`;
    const growth = await growthOf(await takeSnapshots(t, { module, setUp: seen, request, snapshots: 2 }));
    const at = growth.suspects[0]?.anchorLocation;
    assert.equal(at?.variable, 'seen');
    assert.match(at.scriptUrl, /service\.[cm]js$/);
  });
}

for (const program of HEALTHY) {
  test(`healthy: ${program.name}`, async (t) => {
    const files = await takeSnapshots(t, program);
    const growth = await growthOf(files, { requests: [500, 1000, 1500], idEpochs: ['a', 'b', 'c'] });
    const accused = growth.suspects.filter((suspect) => suspect.bytes.at(-1)! - suspect.bytes[0]! > 20_000);
    assert.deepEqual(accused, [], suspectsOf(growth));
  });
}

function suspectsOf(growth: HeapGrowth): string {
  return growth.suspects
    .map(
      (suspect) => `${suspect.class} | ${suspect.holder} | ${suspect.counts} | ${suspect.bytes} | ${suspect.signature}`,
    )
    .join('\n');
}
