import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { allocationGrowth, allocationSites } from '../../src/cpu/allocation-sites.ts';
import { buildFlame } from '../../src/cpu/build-flame.ts';
import { hottestFunctions, timeShares } from '../../src/cpu/function-times.ts';
import { mergeWindows } from '../../src/cpu/merge-windows.ts';
import { createPlaceOf } from '../../src/cpu/place-of.ts';
import { parseCpuProfile } from '../../src/format/cpu-profile.ts';
import { parseHeapProfile } from '../../src/format/heap-profile.ts';
import { nodeVersions } from '../helpers/node-versions.ts';

const folder = mkdtempSync(join(tmpdir(), 'profiler-cpu-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const BUSY = `
function spin(us) { const end = process.cpuUsage().user + us; let x = 0; while (process.cpuUsage().user < end) for (let i = 0; i < 2e4; i++) x += Math.sqrt(i ^ x); return x; }
function hot() { return spin(60000); }
function warm() { return spin(20000); }
for (let round = 0; round < 10; round++) { hot(); warm(); }
await new Promise((resolve) => setTimeout(resolve, 300));
`;

const HOARD = `
const kept = [];
function makeOrders(n) { for (let i = 0; i < n; i++) kept.push({ id: i, items: new Array(20).fill(i + 0.5) }); }
function makeGarbage() { for (let i = 0; i < 2e5; i++) new Array(20).fill(i); }
makeOrders(40000);
makeGarbage();
globalThis.kept = kept;
`;

/** Runs a program under one of Node's own profilers and gives back what it wrote. */
function profileWith(
  node: string,
  flags: string[],
  source: string,
  extension: string,
): { bytes: Buffer; path: string; folder: string } {
  const own = mkdtempSync(join(folder, 'run-'));
  const path = join(own, 'program.mjs');
  writeFileSync(path, source);
  execFileSync(node, [...flags, path], { cwd: own, timeout: 60_000 });
  const name = readdirSync(own).find((file) => file.endsWith(`.${extension}`));
  return { bytes: readFileSync(join(own, name ?? '')), path, folder: own };
}

for (const { major, binary, skip } of nodeVersions()) {
  test(`Node ${major}: a CPU profile gives a function its share of the time`, { skip }, () => {
    const { bytes, path, folder: root } = profileWith(binary, ['--cpu-prof'], BUSY, 'cpuprofile');
    const profile = parseCpuProfile(bytes, 'busy.cpuprofile');
    const tree = mergeWindows([profile]);
    const placeOf = createPlaceOf(
      [{ url: pathToFileURL(path).href, mapFile: null, packageRoot: root, packageName: null, packageVersion: null }],
      new Map(),
    );
    const times = new Map(hottestFunctions(tree, placeOf).map((time) => [time.name, time]));
    const hot = times.get('hot');
    const warm = times.get('warm');
    assert.deepEqual(hot?.place, { file: 'program.mjs', line: 3, column: 13, function: 'hot', package: null });
    // 600 to 200 ms of user time in turns, so that a busy machine stretches both alike.
    const share = (hot?.totalUs ?? 0) / ((hot?.totalUs ?? 0) + (warm?.totalUs ?? 0));
    assert.ok(Math.abs(share - 0.75) < 0.2, `hot has ${share} of hot and warm`);
    assert.equal(times.has('(idle)'), false);
    const { activeUs, idleUs, unsampledUs } = timeShares(tree);
    const covered = activeUs + idleUs + unsampledUs;
    assert.ok(
      Math.abs(covered / (profile.endTime - profile.startTime) - 1) < 0.05,
      'the whole window is accounted for',
    );
    assert.ok(Math.abs(buildFlame(tree, placeOf).value - activeUs) < 1);
  });

  test(`Node ${major}: a sampling heap profile names where live objects were allocated`, { skip }, () => {
    const { bytes, path } = profileWith(binary, ['--heap-prof', '--heap-prof-interval=16384'], HOARD, 'heapprofile');
    const profile = parseHeapProfile(bytes, 'hoard.heapprofile');
    const placeOf = createPlaceOf([], new Map());
    const [first] = allocationSites(profile, placeOf);
    assert.equal(first?.stack[0]?.function, 'makeOrders');
    assert.equal(first?.stack[0]?.file, path);
    assert.ok((first?.bytes ?? 0) > 4e6);

    const empty = { head: { ...profile.head, children: [] } };
    const [grown] = allocationGrowth(empty, profile, placeOf);
    assert.equal(grown?.stack[0]?.function, 'makeOrders');
    assert.equal(grown?.beforeBytes, 0);
    assert.ok((grown?.shareOfGrowth ?? 0) > 0.5);
    assert.deepEqual(allocationGrowth(profile, profile, placeOf), []);
  });
}
