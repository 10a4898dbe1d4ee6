import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { scanScript } from '../../src/capture/scan-script.ts';
import { LongStretches } from '../../src/cpu/long-stretches.ts';
import { OwnWork } from '../../src/cpu/own-work.ts';
import { createPlaceOf } from '../../src/cpu/place-of.ts';
import { profileNodes } from '../../src/cpu/profile-nodes.ts';
import { parseCpuProfile } from '../../src/format/cpu-profile.ts';
import { nodeVersions } from '../helpers/node-versions.ts';

const folder = mkdtempSync(join(tmpdir(), 'profiler-own-work-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** Each kind of work some hundred milliseconds long, with a pause in between. */
const PROGRAM = `
import { pbkdf2Sync } from 'node:crypto';
import { execSync } from 'node:child_process';
const rows = Array.from({ length: 30000 }, (_, id) => ({ id, name: 'row ' + id, counts: [1, 2, 3] }));
// By CPU time: a machine under load gives less of it in a second.
const spent = () => { const { user, system } = process.cpuUsage(); return (user + system) / 1000; };
const until = (ms, work) => { const end = spent() + ms; while (spent() < end) work(); };
function writeReport() {
  return JSON.stringify(rows).length;
}
function hashPassword() {
  return pbkdf2Sync('password', 'salt', 20000, 32, 'sha256');
}
function askChild() {
  return execSync('sleep 0.1');
}
function addUp() {
  let sum = 0;
  [1, 2, 3].forEach((factor) => { for (const { id } of rows) sum += Math.sqrt(id * factor); });
  return sum;
}
function report() { until(200, writeReport); }
function login() { until(200, hashPassword); }
function sums() { until(200, addUp); }
for (const work of [report, login, sums, askChild, askChild]) {
  work();
  await new Promise((resolve) => setTimeout(resolve, 30));
}
`;

const LINE_OF_JSON = PROGRAM.split('\n').findIndex((line) => line.includes('JSON.stringify')) + 1;

for (const { major, binary, skip } of nodeVersions()) {
  test(`Node ${major}: time is booked on the functions of the program, and on the calls that block`, { skip }, () => {
    const own = mkdtempSync(join(folder, 'run-'));
    const path = join(own, 'program.mjs');
    writeFileSync(path, PROGRAM);
    execFileSync(binary, ['--cpu-prof', '--cpu-prof-interval', '2000', path], { cwd: own, timeout: 60_000 });
    const file = readdirSync(own).find((name) => name.endsWith('.cpuprofile')) ?? '';
    const profile = parseCpuProfile(readFileSync(join(own, file)), file);
    const record = { url: pathToFileURL(path).href, mapFile: null, packageName: null, packageVersion: null };
    const placeOf = createPlaceOf([{ ...record, packageRoot: own }], new Map());
    const jsonLines = new Set(scanScript(path).jsonLines);
    assert.deepEqual([...jsonLines], [LINE_OF_JSON]);

    const nodes = profileNodes(profile);
    const sums = new OwnWork(placeOf, (url) => (url === record.url ? jsonLines : new Set()));
    sums.add(nodes);
    const work = sums.sums();
    const usOf = (call: string, caller: string): number =>
      work.calls.filter((one) => one.call === call && one.caller.name === caller).reduce((sum, { us }) => sum + us, 0);
    // A machine under load takes samples late: half of what was spent must be seen.
    assert.ok(usOf('JSON', 'writeReport') > 80_000, `JSON ${JSON.stringify(work.calls)}`);
    assert.equal(work.calls.find(({ kind }) => kind === 'json')?.line, LINE_OF_JSON);
    assert.ok(usOf('pbkdf2Sync', 'hashPassword') > 80_000, 'pbkdf2Sync');
    assert.ok(usOf('execSync', 'askChild') > 80_000, 'execSync');
    assert.ok(!work.calls.some(({ caller }) => caller.name === 'addUp'));
    const addUp = work.owned.find(({ name }) => name === 'addUp');
    assert.ok((addUp?.us ?? 0) > 80_000, 'the callback without a name belongs to addUp');
    assert.ok(work.busyUs <= work.wallUs);

    const long = new LongStretches(placeOf);
    long.add(nodes);
    const runners = long.runners().map(({ name }) => name);
    for (const name of ['writeReport', 'hashPassword', 'addUp', 'askChild']) {
      assert.ok(runners.includes(name), `${name} in ${runners}`);
    }
  });
}
