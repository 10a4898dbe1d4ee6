import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { readResults } from '../../src/exchange/read-results.ts';
import type { ProfilerError } from '../../src/model/errors.ts';
import { createRun } from '../../src/record/open-run.ts';
import { readRun } from '../../src/record/read-run.ts';
import { runCli } from '../helpers/run-cli.ts';
import { seededRandom } from '../helpers/series.ts';
import { syntheticRun } from '../helpers/synthetic-run.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const T = Date.parse('2026-03-01T10:00:00Z');

/** A JTL of some minutes at ten requests a second; `slower` a minute. */
function jtl({
  startMs = T,
  minutes = 3,
  slower = 0,
}: {
  startMs?: number;
  minutes?: number;
  slower?: number;
} = {}): string {
  const random = seededRandom(1);
  const rows = Array.from({ length: minutes * 600 }, (_, i) => {
    const ms = Math.round(20 + 5 * random() + (slower * i) / 600);
    const ok = i % 200 !== 7;
    return `${startMs + i * 100},${ms},${i % 3 === 0 ? 'buy' : 'home'},${ok ? '200,OK' : '500,Error'},Users 1-1,text,${ok}`;
  });
  return `timeStamp,elapsed,label,responseCode,responseMessage,threadName,dataType,success\n${rows.join('\n')}\n`;
}

test('import, then report and check: percentiles, errors, the limits that were asked for', async (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, 'night.jtl.gz'), gzipSync(jtl()));
  writeFileSync(join(folder, 'slo.yaml'), 'home: [ "p(95)<30ms", "errors<1%" ]\nbuy: [ "p(50)<10ms" ]\n');
  const imported = await runCli(['import', 'night.jtl.gz', '--slo', 'slo.yaml', '--json'], { cwd: folder });
  assert.equal(imported.code, 0, imported.stderr);
  const facts = JSON.parse(imported.stdout);
  assert.equal(facts.requests, 1800);
  assert.equal(facts.files[0].format, 'jmeter-csv');
  assert.match(facts.run, /profiles\/2026-03-01T10-00-00-night$/);

  const reported = await runCli(['report', facts.run, '--json'], { cwd: folder });
  const report = JSON.parse(reported.stdout);
  assert.equal(report.run.requests, 1800);
  assert.ok(report.run.coverage > 0.95, `${report.run.coverage}`);
  assert.equal(report.run.startedAt, '2026-03-01T10:00:00.000Z');
  const [buy, home] = report.requests.toSorted((a: { name: string }, b: { name: string }) =>
    a.name < b.name ? -1 : 1,
  );
  assert.deepEqual([buy.count, home.count], [600, 1200]);
  assert.ok(home.p50Ms >= 22 && home.p50Ms <= 23, `${home.p50Ms}`);
  assert.ok(Math.abs(home.ratePerSecond - 6.67) < 0.1, `${home.ratePerSecond}`);
  const gates = Object.fromEntries(
    report.gates.map(({ name, status }: { name: string; status: string }) => [name, status]),
  );
  assert.deepEqual(gates, {
    leak: 'unknown',
    degradation: 'pass',
    'home p(95)': 'pass',
    'home errors': 'pass',
    'buy p(50)': 'fail',
  });
  assert.equal(reported.code, 1);
  assert.equal((await runCli(['check', facts.run], { cwd: folder })).code, 1);
  assert.equal((await runCli(['import', 'night.jtl.gz', '--out', facts.run], { cwd: folder })).code, 2);
});

test('requests that become slower over the load are a finding of the triage', async (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, 'slow.jtl'), jtl({ minutes: 12, slower: 4 }));
  const run = join(folder, 'run');
  assert.equal((await runCli(['import', 'slow.jtl', '--out', run], { cwd: folder })).code, 0);
  const { stdout, code } = await runCli(['report', run, '--json'], { cwd: folder });
  const kinds = JSON.parse(stdout).findings.map(({ kind }: { kind: string }) => kind);
  assert.ok(kinds.includes('latency-degradation'), kinds.join());
  assert.equal(code, 1);
});

test('--into puts the load of another tool beside the samples of a run that only watched', async (t) => {
  const folder = temporaryFolder(t);
  const run = join(folder, 'watched');
  const watched = syntheticRun({ seed: 1, load: 'none', snapshots: 0, durationMs: 120_000 });
  const { samples, events } = watched;
  const manifest = { ...watched.manifest, cpuWindows: [] };
  const recorder = await createRun(run, manifest);
  for (const sample of samples) recorder.appendSample(sample);
  for (const event of events) recorder.appendEvent(event);
  await recorder.close();
  const startMs = manifest.clock.startWallMs;
  writeFileSync(join(folder, 'beside.jtl'), jtl({ startMs: startMs + 10_000, minutes: 3 }));
  writeFileSync(join(folder, 'elsewhen.jtl'), jtl());

  const { code, stdout } = await runCli(['import', 'beside.jtl', '--into', run, '--json'], { cwd: folder });
  assert.equal(code, 0);
  // 110 of the 180 seconds of the load lie in the run; what its last second holds is kept whole.
  const facts = JSON.parse(stdout);
  assert.ok(facts.leftOut >= 680 && facts.leftOut <= 700, stdout);
  const read = await readRun(run);
  assert.deepEqual(read.damage, []);
  assert.deepEqual(read.losses, [], 'what was imported counts as part of the run');
  assert.equal(
    read.requests.reduce((sum, { count }) => sum + count, 0),
    1800 - facts.leftOut,
  );
  assert.equal(read.requests[0]?.startMonoMs, manifest.clock.startMonoMs + 10_000);
  assert.match(JSON.stringify(read.events.at(-1)), /1800 requests imported from beside\.jtl/);

  const again = await runCli(['import', 'beside.jtl', '--into', run], { cwd: folder });
  assert.equal(again.code, 2);
  assert.match(again.stderr, /has requests already/);
  const elsewhen = await runCli(['import', 'elsewhen.jtl', '--into', run, '--force'], { cwd: folder });
  assert.equal(elsewhen.code, 2);
  assert.match(elsewhen.stderr, /from different times: results 2026-03-01T10:00:00/);
});

test('several files are one load; what they say does not go lost', async (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, 'a.jtl'), jtl());
  writeFileSync(join(folder, 'b.jtl'), jtl({ startMs: T + 60_000 }));
  const { stdout } = await runCli(['import', 'a.jtl', 'b.jtl', '--out', 'run', '--json'], { cwd: folder });
  const { requests, from, to } = JSON.parse(stdout);
  assert.deepEqual([requests, from], [3600, '2026-03-01T10:00:00.000Z']);
  assert.ok(Date.parse(to) > T + 239_000, to);
});

test('the same results twice would count twice', async (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, 'a.jtl'), jtl({ minutes: 1 }));
  writeFileSync(join(folder, 'copy.jtl.gz'), gzipSync(jtl({ minutes: 1 })));
  const { code, stderr } = await runCli(['import', 'a.jtl', 'copy.jtl.gz', '--out', 'run'], { cwd: folder });
  assert.equal(code, 2, stderr);
  assert.match(stderr, /copy\.jtl\.gz holds the same results as .*a\.jtl/);
});

test('a load with hours without a request is told', async (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, 'b.jtl'), jtl({ startMs: T + 3_600_000 }));
  writeFileSync(join(folder, 'a.jtl'), jtl());
  assert.equal((await runCli(['import', 'a.jtl', 'b.jtl', '--out', 'run'], { cwd: folder })).code, 0);
  const { stdout } = await runCli(['check', 'run'], { cwd: folder });
  assert.match(stdout, /note {4}in 5\d m \d\d s of the 1 h 03 m of the imported load there was no request/);
});

test('what k6 could not send is no part of a percentile that holds', async (t) => {
  const folder = temporaryFolder(t);
  const summary = {
    state: { testRunDurationMs: 100_000 },
    metrics: {
      http_reqs: { count: 1000, rate: 10 },
      http_req_duration: { min: 1, med: 10, max: 100, 'p(90)': 20, 'p(95)': 30 },
      http_req_failed: { passes: 0, fails: 1000, value: 0 },
      dropped_iterations: { count: 90_000, rate: 900 },
    },
  };
  const { stdout, code } = await checkOf(folder, 'k6.json', JSON.stringify(summary));
  assert.equal(code, 5, stdout);
  assert.match(stdout, /unknown +all requests p\(95\)/);
});

test('what cannot be imported is said, with what to do', async (t) => {
  const folder = temporaryFolder(t);
  mkdirSync(join(folder, 'results'));
  writeFileSync(join(folder, 'notes.txt'), 'nothing of a load\n');
  writeFileSync(join(folder, 'empty.jtl'), 'timeStamp,elapsed,label,responseCode\n');
  writeFileSync(join(folder, 'other.json'), '{ "a": 1 }\n');
  const fails = (file: string, message: RegExp): Promise<void> =>
    assert.rejects(readResults([file], { startWallMs: null, onProgress: () => {} }), (error: ProfilerError) => {
      assert.equal(error.exitCode, 2);
      assert.match(`${error.message}\n${error.hint}`, message);
      return true;
    });
  await fails(
    join(folder, 'notes.txt'),
    /not a result of a supported load tool; it begins with "nothing of a load"[\s\S]*JMeter/,
  );
  await fails(join(folder, 'empty.jtl'), /no request is in it/);
  await fails(join(folder, 'other.json'), /no report of a load tool/);
  await fails(join(folder, 'results'), /is not a file[\s\S]*simulation\.log/);
  await fails(join(folder, 'gone.jtl'), /cannot be read/);
  await fails(
    'test/fixtures/load-results/locust-2.12_failures.csv',
    /list of failures of Locust: import its _stats_history\.csv/,
  );
});

test('totals without a date: they end when the file was written, or begin when --start says', async (t) => {
  const folder = temporaryFolder(t);
  const file = join(process.cwd(), 'test/fixtures/load-results/locust-2.12_stats.csv');
  const { stdout, stderr } = await runCli(
    ['import', file, '--out', 'run', '--start', '2026-03-01T10:00:00Z', '--json'],
    { cwd: folder },
  );
  assert.equal(JSON.parse(stdout).from, '2026-03-01T10:00:00.000Z', stderr);
  assert.equal((await runCli(['import', file, '--out', 'other', '--start', 'noon'], { cwd: folder })).code, 2);
  const guessed = await runCli(['import', file, '--out', 'third'], { cwd: folder });
  assert.match(guessed.stderr, /ended when the file was written/);
  assert.ok(readFileSync(join(folder, 'third', 'requests.ndjson'), 'utf8').includes('"name":"slow"'));
});

/** Exit code and output of `check` after an import. */
async function checkOf(
  folder: string,
  file: string,
  content: string | Uint8Array,
  limit = 'p(95)<300ms',
): Promise<{ readonly code: number | null; readonly stdout: string }> {
  writeFileSync(join(folder, file), content);
  writeFileSync(join(folder, 'slo.yaml'), `"*": [ "errors<5%", "${limit}" ]\n`);
  const imported = await runCli(['import', file, '--slo', 'slo.yaml', '--out', `run-${file}`], { cwd: folder });
  assert.equal(imported.code, 0, `${file}: ${imported.stderr}`);
  return runCli(['check', `run-${file}`], { cwd: folder });
}

test('results that are cut off, or of which much cannot be used, are no pass', async (t) => {
  const folder = temporaryFolder(t);
  const whole = jtl();
  assert.equal((await checkOf(folder, 'whole.jtl', whole)).code, 0);

  const cut = await checkOf(folder, 'cut.jtl', whole.slice(0, whole.length / 2));
  assert.equal(cut.code, 5, cut.stdout);
  assert.match(cut.stdout, /missing the imported results are not whole \(the file ends in the middle of a line\)/);
  const packed = gzipSync(whole);
  const cutPacked = await checkOf(folder, 'cut.jtl.gz', packed.subarray(0, packed.length / 2));
  assert.equal(cutPacked.code, 5, cutPacked.stdout);

  let rows = 0;
  const half = whole.replaceAll(/^(\d+),\d+,/gm, (row, at) => (rows++ % 2 === 0 ? row : `${at},NaN,`));
  const unusable = await checkOf(folder, 'half.jtl', half);
  assert.equal(unusable.code, 5, unusable.stdout);
  assert.match(unusable.stdout, /missing 900 of 1,800 imported results could not be used/);

  const few = whole.replace(/^(\d+),\d+,/m, '$1,NaN,');
  const told = await checkOf(folder, 'few.jtl', few);
  assert.equal(told.code, 0, told.stdout);
  assert.match(told.stdout, /note {4}1 of 1,800 imported results could not be used/);
});

test('times that cannot be are left out and counted, and percentiles of a few answers are unknown', async (t) => {
  const folder = temporaryFolder(t);
  const [head = '', ...rows] = jtl().trimEnd().split('\n');
  const at = (startMs: number): string => `${startMs},20,home,200,OK,Users 1-1,text,true`;
  const strays = [at(0), at(Date.parse('2011-05-01T00:00:00Z')), at(8e15)];
  const odd = await checkOf(folder, 'odd.jtl', `${[head, ...strays, ...rows].join('\n')}\n`);
  assert.equal(odd.code, 0, odd.stdout);
  assert.match(odd.stdout, /note {4}3 of 1,803 imported results could not be used/);
  const read = await readRun(join(folder, 'run-odd.jtl'));
  assert.equal(read.manifest.clock.startWallMs, T, 'the run begins with the load');

  writeFileSync(join(folder, 'seconds.jtl'), `${[head, at(T / 1000)].join('\n')}\n`);
  writeFileSync(join(folder, 'micro.jtl'), `${[head, at(T * 1000)].join('\n')}\n`);
  for (const file of ['seconds.jtl', 'micro.jtl']) {
    const refused = await runCli(['import', file, '--out', 'none'], { cwd: folder });
    assert.equal(refused.code, 2, refused.stderr);
    assert.match(refused.stderr, /a time before 2000 or after 2100/);
  }

  const three = `${[head, ...rows.slice(0, 3)].join('\n')}\n`;
  const held = await checkOf(folder, 'three.jtl', three);
  assert.equal(held.code, 5, held.stdout);
  assert.match(held.stdout, /unknown all requests p\(95\)/);
  assert.equal(
    (await checkOf(folder, 'broken.jtl', three, 'p(95)<1ms')).code,
    1,
    'a limit that is broken stays broken',
  );
});

test('results of which most lie outside of the run hold no limit', async (t) => {
  const folder = temporaryFolder(t);
  const { samples, events, manifest } = syntheticRun({ seed: 1, load: 'none', snapshots: 0, durationMs: 120_000 });
  const startMs = manifest.clock.startWallMs;
  writeFileSync(join(folder, 'long.jtl'), jtl({ startMs, minutes: 30 }));
  const recorded = async (run: string): Promise<void> => {
    const recorder = await createRun(join(folder, run), { ...manifest, cpuWindows: [] });
    for (const sample of samples) recorder.appendSample(sample);
    for (const event of events) recorder.appendEvent(event);
    await recorder.close();
  };
  await Promise.all([recorded('plain'), recorded('limited')]);
  writeFileSync(join(folder, 'slo.yaml'), '"*": [ "errors<5%" ]\n');
  const leftOut = /(\w+) +16,\d+ of 18,000 imported results lie outside of the run and were left out/;
  for (const [run, limits, kind] of [
    ['plain', [], 'note'],
    ['limited', ['--slo', 'slo.yaml'], 'missing'],
  ] as const) {
    assert.equal((await runCli(['import', 'long.jtl', '--into', run, ...limits], { cwd: folder })).code, 0);
    const { stdout, code } = await runCli(['check', run], { cwd: folder });
    assert.equal(leftOut.exec(stdout)?.[1], kind, stdout);
    if (kind === 'missing') assert.equal(code, 5);
  }
});

test('a compressed file that cannot be unpacked is damaged, not the disk', async (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, 'junk.jtl.gz'), Buffer.concat([gzipSync(jtl({ minutes: 1 })), Buffer.from('garbage')]));
  const { code, stderr } = await runCli(['import', 'junk.jtl.gz', '--out', 'none'], { cwd: folder });
  assert.equal(code, 2, stderr);
  assert.match(stderr, /is damaged: it cannot be unpacked/);
});

test('a threshold of k6 that was crossed fails the run, and failed checks are told', async (t) => {
  const folder = temporaryFolder(t);
  const duration = { min: 1, med: 10, max: 100, 'p(90)': 20, 'p(95)': 30 };
  const summary = {
    state: { testRunDurationMs: 100_000 },
    metrics: {
      http_reqs: { count: 1000, rate: 10 },
      http_req_duration: { ...duration, thresholds: { 'p(95)<10': true, 'p(95)<50': false } },
      http_req_failed: { passes: 0, fails: 1000, value: 0 },
      checks: { passes: 250, fails: 750, value: 0.25 },
    },
  };
  const { stdout, code } = await checkOf(folder, 'k6.json', JSON.stringify(summary));
  assert.equal(code, 1, stdout);
  assert.match(stdout, /fail +k6 http_req_duration +threshold p\(95\)<10 +measured 30 ms/);
  assert.doesNotMatch(stdout, /p\(95\)<50/);
  assert.match(stdout, /note {4}k6: 750 of 1,000 checks failed/);
});
