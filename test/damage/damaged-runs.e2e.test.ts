import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import type { RunManifest } from '../../src/model/run-manifest.ts';
import { resumeRun } from '../../src/record/open-run.ts';
import { decodeJournal } from '../helpers/decode-journal.ts';
import { copyRun, copyWithoutSnapshots, judge, type RecordedRun, recordRun } from '../helpers/recorded-runs.ts';
import { runCli } from '../helpers/run-cli.ts';

const JOURNALS = ['samples.ndjson', 'requests.ndjson', 'events.ndjson'] as const;

/** One run for all tests here, recorded by the tool; each test damages a copy of its own. */
let folder: string;
let recorded: RecordedRun;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'profiler-damaged-'));
  recorded = await recordRun(folder, { seconds: 20, everyMs: 3000 });
});
after(() => rmSync(folder, { recursive: true, force: true }));

type Damage = (dir: string) => void;

const remove =
  (file: string): Damage =>
  (dir) =>
    rmSync(join(dir, file));
const cut =
  (file: string, share: number): Damage =>
  (dir) =>
    truncateSync(join(dir, file), Math.floor(share * statSync(join(dir, file)).size));
const edit =
  (file: string, change: (text: string) => string): Damage =>
  (dir) => {
    const text = readFileSync(join(dir, file), 'utf8');
    const changed = change(text);
    assert.notEqual(changed, text);
    writeFileSync(join(dir, file), changed);
  };
/** The last digit of the file becomes another: as long as before, and still readable. */
const overwrite =
  (file: string): Damage =>
  (dir) => {
    const bytes = readFileSync(join(dir, file));
    const at = bytes.findLastIndex((byte) => byte >= 0x30 && byte <= 0x38);
    bytes.writeUInt8((bytes[at] ?? 0) + 1, at);
    writeFileSync(join(dir, file), bytes);
  };
const withoutLine = (n: number) => (text: string) => text.split('\n').toSpliced(n, 1).join('\n');
const withLineTwice = (n: number) => (text: string) =>
  text
    .split('\n')
    .toSpliced(n, 1, text.split('\n')[n + 1] ?? '')
    .join('\n');

test('whole and undamaged, it passes, and where leaks are asked for it fails', async (context) => {
  assert.equal(recorded.exitCode, 0, recorded.told);
  const passing = await judge(copyWithoutSnapshots(context, recorded.dir));
  assert.equal(passing.exitCode, 0, JSON.stringify(passing));
  const leaking = await judge(copyRun(context, recorded.dir, askForLeaks));
  assert.equal(leaking.exitCode, 1, JSON.stringify(leaking));
  // Other line ends and spaces are no damage to run.json.
  const spaced = copyWithoutSnapshots(context, recorded.dir);
  edit('run.json', (text) => text.replaceAll('\n', '\r\n').replace(/^ +/gm, '\t'))(spaced);
  assert.equal((await judge(spaced)).exitCode, 0);
});

function askForLeaks(manifest: RunManifest): RunManifest {
  return { ...manifest, plan: { ...manifest.plan, failOn: ['leak'] } };
}

describe('a run that passed does not pass any more, and the report says why', () => {
  const damages: readonly (readonly [string, Damage, RegExp])[] = [
    ...JOURNALS.flatMap((file): [string, Damage, RegExp][] => [
      [`${file} removed`, remove(file), new RegExp(`${file}: \\d+ of \\d+ lines are missing`)],
      [`${file} emptied`, cut(file, 0), new RegExp(`${file}: \\d+ of \\d+ lines are missing`)],
      [`${file} cut`, cut(file, 0.6), new RegExp(`${file}: \\d+ of \\d+ lines are missing`)],
      [`a line of ${file} lost`, edit(file, withoutLine(3)), new RegExp(`${file}: 1 of \\d+ lines`)],
      [`a line of ${file} in place of another`, edit(file, withLineTwice(3)), new RegExp(`${file}: its lines are not`)],
    ]),
    [
      'a digit of a sample',
      edit('samples.ndjson', (text) => text.replace(/"process.rss":\d/, '"process.rss":9')),
      /1 of \d+ lines/,
    ],
    ['run.json removed', remove('run.json'), /run\.json was lost or damaged.*thresholds/],
    ['run.json torn', cut('run.json', 0.5), /run\.json was lost or damaged.*thresholds/],
    [
      'a limit made wider',
      edit('run.json', (text) => text.replace('rss<8GB', 'rss<9GB')),
      /run\.json is not what was written/,
    ],
    [
      'a limit taken away',
      edit('run.json', (text) => text.replace(/"rss<8GB"/, '')),
      /run\.json is not what was written/,
    ],
    [
      'the checksum taken away',
      edit('run.json', (text) => text.replace(/,\s*"checksum": "\w{8}"\s*\}\s*$/, '}')),
      /lost its checksum/,
    ],
    ['a CPU window removed', remove('cpu/1.cpuprofile'), /cpu\/1\.cpuprofile is missing/],
    ['a CPU window cut', cut('cpu/2.cpuprofile', 0.5), /cpu\/2\.cpuprofile has \d+ of \d+ bytes/],
    [
      'a CPU window overwritten',
      overwrite('cpu/2.cpuprofile'),
      /cpu\/2\.cpuprofile: its content is not what was written/,
    ],
    [
      'a profile of allocations overwritten',
      overwrite('heap/2.heapprofile'),
      /heap\/2\.heapprofile: its content is not what was written/,
    ],
    ['a profile of allocations removed', remove('heap/2.heapprofile'), /heap\/2\.heapprofile is missing/],
  ];
  for (const [name, damage, reason] of damages) {
    test(name, async (context) => {
      const dir = copyWithoutSnapshots(context, recorded.dir);
      damage(dir);
      const report = await judge(dir);
      assert.deepEqual([report.exitCode, report.verdict], [5, 'inconclusive']);
      assert.ok('completeness' in report);
      assert.match(report.completeness?.missing.join('\n') ?? '', reason);
    });
  }
});

test('snapshots that are missing, cut or overwritten: neither passed nor called clean', async (context) => {
  for (const damage of [
    remove('heap/2.heapsnapshot'),
    cut('heap/3.heapsnapshot', 0.7),
    overwrite('heap/2.heapsnapshot'),
  ]) {
    const dir = copyRun(context, recorded.dir);
    damage(dir);
    const report = await judge(dir);
    assert.equal(report.exitCode, 5);
    assert.ok(
      'completeness' in report &&
        /heapsnapshot(?: is missing| has \d+ of|: its content is not what)/.test(
          report.completeness?.missing.join() ?? '',
        ),
    );
  }
});

test('what fails stays failed: a leak that the rest proves, a limit that the rest breaks', async (context) => {
  for (const damage of [
    edit('events.ndjson', withoutLine(-2)),
    remove('cpu/1.cpuprofile'),
    edit('samples.ndjson', withoutLine(2)),
  ]) {
    const dir = copyRun(context, recorded.dir, askForLeaks);
    damage(dir);
    assert.equal((await judge(dir)).exitCode, 1);
  }
  const tight = copyWithoutSnapshots(context, copyRun(context, recorded.dir, withLimit('rss<1MB')));
  cut('samples.ndjson', 0.5)(tight);
  assert.equal((await judge(tight)).exitCode, 1);
  // Its limits went with run.json; those that are given again are compared with what is left.
  cut('run.json', 0.5)(tight);
  assert.equal((await judge(tight)).exitCode, 5);
  const slo = join(tight, '..', 'slo.json');
  writeFileSync(slo, JSON.stringify({ resources: ['rss<1MB'] }));
  const checked = await runCli(['check', tight, '--slo', slo]);
  assert.equal(checked.code, 1, checked.stdout + checked.stderr);
});

test('an overwritten snapshot is left out: a leak that the others prove stays proven; a baseline is refused', async (context) => {
  const dir = copyRun(context, recorded.dir, askForLeaks);
  overwrite('heap/2.heapsnapshot')(dir);
  const report = await judge(dir);
  assert.equal(report.exitCode, 1);
  assert.ok('findings' in report && !JSON.stringify(report.findings).includes('heap/2.heapsnapshot'));
  const saved = await runCli(['baseline', 'save', dir, '--file', join(dir, '..', 'baseline.json')]);
  assert.equal(saved.code, 5, saved.stderr);
  assert.match(saved.stderr, /heap\/2\.heapsnapshot: its content is not what was written/);
});

test('a run of an earlier version has no checksums of its profiles and snapshots: it is judged by their sizes', async (context) => {
  const dir = copyWithoutSnapshots(
    context,
    copyRun(context, recorded.dir, ({ seal, ...manifest }) => {
      assert.ok(seal?.checksums && Object.keys(seal.checksums).sort().join() === Object.keys(seal.files).sort().join());
      return { ...manifest, seal: { journals: seal.journals, files: seal.files } };
    }),
  );
  assert.equal((await judge(dir)).exitCode, 0);
});

function withLimit(limit: string): (manifest: RunManifest) => RunManifest {
  return (manifest) => ({ ...manifest, thresholds: { resources: [limit] } });
}

test('check, report, JUnit and baseline say the same of a damaged run', async (context) => {
  const dir = copyWithoutSnapshots(context, recorded.dir);
  cut('samples.ndjson', 0.5)(dir);
  const junit = join(dir, '..', 'gates.xml');
  const check = await runCli(['check', dir, '--junit', junit]);
  assert.equal(check.code, 5);
  assert.match(check.stdout, /^missing samples\.ndjson: \d+ of \d+ lines/m);
  assert.match(readFileSync(junit, 'utf8'), /errors="1"[\s\S]*name="complete"><error message="samples\.ndjson/);
  const report = await runCli(['report', dir, '--report-dir', join(dir, '..', 'report')]);
  assert.equal(report.code, 5);
  assert.match(report.stdout, /INCONCLUSIVE[\s\S]*NOT ENOUGH DATA[\s\S]*samples\.ndjson: \d+ of/);
  const baseline = ['baseline', 'save', dir, '--file', join(dir, '..', 'baseline.json')];
  const refused = await runCli(baseline);
  assert.equal(refused.code, 5, refused.stderr);
  assert.match(refused.stderr, /samples\.ndjson: \d+ of \d+ lines[\s\S]*--force/);
});

test('a journal cut at any byte: no pass unless all lines are there', async (context) => {
  const whole = copyWithoutSnapshots(context, recorded.dir);
  const bytes = new Map(JOURNALS.map((file) => [file, readFileSync(join(whole, file))]));
  const lines = (content: Uint8Array): number => decodeJournal(content).records.length;
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...JOURNALS), fc.double({ min: 0, max: 1, noNaN: true }), async (file, share) => {
      const content = bytes.get(file) ?? Buffer.alloc(0);
      const left = content.subarray(0, Math.round(share * content.length));
      writeFileSync(join(whole, file), left);
      try {
        const { exitCode } = await judge(whole);
        assert.equal(exitCode, lines(left) === lines(content) ? 0 : 5, `${file} cut to ${left.length} bytes`);
      } finally {
        writeFileSync(join(whole, file), content);
      }
    }),
    { numRuns: 20, examples: JOURNALS.map((file) => [file, 1 - 1 / (bytes.get(file)?.length ?? 1)]) },
  );
});

test('killed at any moment, a run never passes', async () => {
  assert.ok(recorded.moments.length >= 3, `${recorded.moments.length} moments`);
  for (const moment of recorded.moments) {
    const report = await judge(moment);
    assert.notEqual(report.exitCode, 0, moment);
    if ('completeness' in report) {
      assert.equal(report.verdict, 'inconclusive');
      assert.match(report.completeness?.missing.join('\n') ?? '', /the end of the run is not recorded|was not closed/);
    }
  }
});

test('results imported into a damaged run do not make it whole', async (context) => {
  const dir = copyWithoutSnapshots(context, recorded.dir);
  edit('samples.ndjson', withoutLine(3))(dir);

  await (await resumeRun(dir)).close();
  assert.equal((await judge(dir)).exitCode, 5);
  const edited = copyWithoutSnapshots(context, recorded.dir);
  edit('run.json', (text) => text.replace('rss<8GB', 'rss<9GB'))(edited);
  await (await resumeRun(edited)).close();
  assert.equal((await judge(edited)).exitCode, 5);
});
