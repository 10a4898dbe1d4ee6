import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HeapGrowth } from '../../src/model/heap-growth.ts';
import { growthOf } from '../../src/snapshot-stream/growth-of.ts';
import { holderText } from '../../src/words/holder.ts';
import { nodeVersions } from '../helpers/node-versions.ts';
import { HEALTHY, PLANTED_LEAKS } from './planted-leaks.ts';
import { takeSnapshots } from './take-snapshots.ts';

for (const leak of PLANTED_LEAKS) {
  test(`planted leak: ${leak.name}`, async (t) => {
    const files = await takeSnapshots(t, leak);
    const growth = await growthOf(files, { requests: [500, 1000, 1500], idEpochs: ['a', 'b', 'b'] });
    const { beside } = leak;
    const first = growth.suspects[0];
    assert.equal(growth.comparison, 'class-and-signature');
    assert.match(first?.class ?? 'no suspect', leak.class);
    assert.match(first ? holderText(first.holder) : '', leak.holder);
    assert.ok(
      leak.kinds.includes(first!.holder.container),
      `${first!.holder.container} is not ${leak.kinds.join(' or ')}`,
    );
    const place = first!.anchorLocation ?? first!.classLocation;
    assert.match(place?.scriptUrl ?? 'no location', leak.place ?? /service\.[cm]js$/);
    assert.ok(
      first!.shareOfGrowth > (beside ? 0.4 : 0.5),
      `share of growth ${first!.shareOfGrowth}:\n${suspectsOf(growth)}`,
    );
    const [, before = 0] = first!.counts;
    assert.ok((first!.survivors ?? before) >= 0.95 * before, `${first!.survivors} of ${before} are the same objects`);
    if (beside)
      assert.ok(
        growth.suspects.slice(1).some(({ holder }) => beside.test(holderText(holder))),
        suspectsOf(growth),
      );
    const others = growth.suspects
      .slice(1)
      .filter((suspect) => suspect.shareOfGrowth > 0.15 && !beside?.test(holderText(suspect.holder)));
    assert.deepEqual(others, [], `one leak, several suspects:\n${suspectsOf(growth)}`);
  });
}

test('what our own probes keep in the service is no suspect of its heap', async (t) => {
  // As the probes do, nothing but the global object leads to them.
  const ours = (name: string): string => `globalThis[Symbol.for('${name}')]`;
  const program = {
    setUp: `${ours('soak-profiler')} = { calls: [] }; ${ours('soak-profiler.turns')} = new Map(); const kept = [];`,
    request: `${ours('soak-profiler')}.calls.push({ route: 'r' + i, at: 'now' + i });
${ours('soak-profiler.turns')}.set('t' + i, { turn: 'n' + i }); kept.push({ order: 'o' + i });`,
  };
  const growth = await growthOf(await takeSnapshots(t, program), { requests: [500, 1000, 1500] });
  const steps = growth.suspects.flatMap(({ path }) => path.map(({ edge }) => edge));
  assert.deepEqual(
    steps.filter((edge) => edge.includes('soak-profiler')),
    [],
    suspectsOf(growth),
  );
  assert.match(growth.suspects[0] ? holderText(growth.suspects[0].holder) : '', /`kept`/);
});

for (const { major, binary, skip } of nodeVersions()) {
  test(`the timers by which Node ends idle connections are of their sockets: Node ${major}`, { skip }, async (t) => {
    const program = {
      setUp: `const { createServer } = require('node:http'); const { connect } = require('node:net'); const { once } = require('node:events');
const server = createServer((request, response) => response.end('ok')).listen(0); server.keepAliveTimeout = 600_000;`,
      request: `const client = connect(server.address().port); client.write('GET / HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n'); await once(client, 'data');`,
      requestsBetween: 60,
      node: binary,
    };
    const growth = await growthOf(await takeSnapshots(t, program), { requests: [60, 120, 180] });
    const timers = growth.suspects.filter(
      ({ class: name, holder }) => name === 'Timeout' || holder.container === 'timers',
    );
    assert.deepEqual(timers, [], suspectsOf(growth));
    assert.ok(
      growth.suspects.some(({ class: name }) => name === 'TCP'),
      suspectsOf(growth),
    );
  });

  for (const module of [true, false]) {
    test(`a variable that a module exports, and its line: Node ${major}, ${module ? 'ESM' : 'CommonJS'}`, {
      skip,
    }, async (t) => {
      const setUp = module ? "import { seen } from './index.mjs';" : "const { seen } = require('./store.cjs');";
      const files = {
        'store.mjs': 'export const seen = new Set(); export const other = new Set();',
        'index.mjs': "import { seen } from './store.mjs'; export { seen };",
        'store.cjs': 'exports.seen = new Set();',
      };
      const request = "seen.add({ request: 'r' + i, at: 'now' + i });";
      const growth = await growthOf(
        await takeSnapshots(t, { module, files, setUp, request, snapshots: 2, node: binary }),
      );
      const [first] = growth.suspects;
      assert.match(first ? holderText(first.holder) : 'no suspect', /^Set `seen` of module store\.[cm]js$/);
      assert.equal(first?.anchorLocation?.variable, 'seen');
      assert.match(first.anchorLocation.scriptUrl, /\/store\.[cm]js$/);
    });
  }
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
      (suspect) =>
        `${suspect.class} | ${holderText(suspect.holder)} | ${suspect.counts} | ${suspect.bytes} | ${suspect.signature}`,
    )
    .join('\n');
}

test('what grows is found below a place that lost more than it gained', async (t) => {
  const files = await takeSnapshots(t, {
    // Warm sessions of the start are released, while jobs pile up beside them.
    setUp: `
class Job { constructor(i) { this.name = 'job ' + i; this.steps = [i, String(i)]; } }
class Session { constructor(i) { this.text = ('session ' + i).repeat(20) + i; this.at = [i, i, i]; } }
const desk = { jobs: [], sessions: Array.from({ length: 6000 }, (_, i) => new Session(i)) };`,
    request: 'desk.jobs.push(new Job(i)); if (i >= 500) desk.sessions.splice(0, 6);',
    requestsBetween: 500,
  });
  const { suspects } = await growthOf(files);
  assert.deepEqual([suspects[0]?.class, suspects[0]?.counts], ['Job', [500, 1000, 1500]]);
});
