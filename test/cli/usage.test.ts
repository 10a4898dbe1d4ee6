import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { snapshotText } from '../heap/build-snapshot.ts';
import { runCli } from '../helpers/run-cli.ts';

let folder = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'profiler-cli-'));
});
after(() => rm(folder, { recursive: true }));

test('help names every command, in English whatever the locale', async () => {
  const { code, stdout } = await runCli(['--help'], { env: { LANG: 'de_DE.UTF-8', LC_ALL: 'de_DE.UTF-8' } });
  assert.equal(code, 0);
  for (const command of [
    'soak',
    'report',
    'check',
    'verify',
    'doctor',
    'detach',
    'cpu',
    'flame',
    'demo',
    'config',
    'completion',
  ]) {
    assert.match(stdout, new RegExp(`profiler ${command}`));
  }
  assert.match(stdout, /Options:/);
});

test('every command has help with an example', async () => {
  for (const command of [
    'soak',
    'report',
    'check',
    'verify',
    'doctor',
    'detach',
    'top',
    'cpu',
    'heap',
    'flame',
    'load',
    'baseline',
    'export',
    'import',
    'demo',
    'config',
  ]) {
    const { code, stdout } = await runCli([command, '--help']);
    assert.equal(code, 0, command);
    assert.match(stdout, /Examples:/, command);
  }
});

test('help tells numbers, durations and rates from texts', async () => {
  const { stdout } = await runCli(['soak', '--help']);
  for (const [option, type] of [
    ['hours', 'number'],
    ['snapshots', 'number'],
    ['sample', 'duration'],
    ['rate', 'rate'],
    ['scenario', 'string'],
  ]) {
    assert.match(stdout, new RegExp(`--${option} [^[]*\\[${type}\\]`), option);
  }
});

/** Each line is wrong in its own way; yargs alone would let most of them through. */
const USAGE_ERRORS: readonly (readonly [string, RegExp])[] = [
  ['', /Name a command/],
  ['sok', /Did you mean soak/],
  ['soak --hours abc', /--hours abc is not a number/],
  ['soak --hours', /hours/],
  ['soak --scrape here', /--scrape here is not an address/],
  ['soak --metrics-host 0.0.0.0', /--metrics-host needs a port/],
  ['soak --metrics-port 70000', /--metrics-port 70000 is not a port/],
  ['soak --hours 1 --hours 5', /--hours was given more than once/],
  ['soak --hours 1 --minutes 5', /more than one way/],
  ['soak --pid 1 --port 80', /more than one way/],
  ['soak --pid 1.5', /--pid 1.5 is not a whole number/],
  ['soak --duration 8', /--duration 8 is not a duration/],
  ['soak --max-pause soon', /--max-pause soon is not a duration/],
  ['soak --rate fast', /--rate fast is not a rate/],
  ['soak --hour 1', /Unknown argument: hour/],
  ['cpu --seconds 0', /--seconds 0 is not a number of at least 0.1/],
  ['cpu --seconds 3600 --pid 1', /too long for one profile/],
  ['cpu', /No target/],
  ['flame x.cpuprofile --format png', /format/],
  ['top --pid 1 --interval 10ms', /too short to measure CPU/],
  ['heap snapshot', /No target/],
  ['load', /No scenario was named/],
  ['load evidence-archive --users 2 --rate 5/s', /cannot be combined/],
  [
    'load evidence-archive --users 1000000000',
    /--users 1000000000 is not a whole number of at least 1 and at most 100000/,
  ],
  ['soak --pid 1 --fail-on slo', /--fail-on slo needs thresholds, and none is given/],
  ['soak --pid 1 --duration 99999999h', /is not a duration/],
  ['doctor --inspect 127.0.0.1:9229', /checks a process on this machine/],
  ['config check missing.yaml', /missing.yaml cannot be read/],
  ['report no-such-run', /no such run folder/],
  ['verify no-such-run --finding 67ac67fe9e', /no such run folder/],
  ['verify no-such-run', /finding/],
  ['soak --name=', /--name "" is empty/],
  ['soak --pid 1 --url=', /--url "" is empty/],
  ['soak --pid 1 --metrics-port 0 --metrics-host=', /--metrics-host "" is empty/],
  ['report no-such-run --report-dir=', /--report-dir "" is empty/],
  ['check no-such-run --no-junit', /--junit needs a value/],
  ['soak --pid 1 --out.x=1', /--out needs a value/],
  ['export x.yaml --to csv --to k6', /--to was given more than once/],
  ['flame x.cpuprofile --format svg --format html', /--format was given more than once/],
];

for (const [line, message] of USAGE_ERRORS) {
  test(`profiler ${line}: exit code 2 and what to do`, async () => {
    const { code, stderr, stdout } = await runCli(line.split(' ').filter(Boolean), { cwd: folder });
    assert.equal(code, 2, stderr);
    assert.match(stderr, message);
    assert.doesNotMatch(stderr, /defect of the tool/);
    assert.match(stderr, /\n {2,}\S/, 'a line that says what to do');
    assert.equal(stdout, '');
  });
}

test('with --json a wrong value of an option is one JSON document too, with its hint', async () => {
  const { code, stdout } = await runCli(['load', 'x.yaml', '--duration', '5', '--json'], { cwd: folder });
  assert.equal(code, 2);
  assert.match(JSON.parse(stdout).error.hint, /Write a number with its unit/);
});

test('a finding is named by its id, not by an empty variable', async () => {
  for (const id of ['', 'a', '67a']) {
    const { code, stderr } = await runCli(['verify', folder, '--finding', id]);
    assert.equal(code, 2);
    const why =
      id === '' ? /--finding "" is empty/ : /too short for the id of a finding[\s\S]*at least the first 4 characters/;
    assert.match(stderr, why);
  }
});

test('a result that the disk did not take is told, with the exit code for it', async () => {
  const full = await open('/dev/full', 'w');
  try {
    const words = [fileURLToPath(new URL('../../src/cli/main.js', import.meta.url)), '--version'];
    const { status, stderr } = spawnSync(process.execPath, words, { stdio: ['ignore', full.fd, 'pipe'] });
    assert.equal(status, 6);
    assert.match(stderr.toString(), /cannot write the result to stdout: ENOSPC\n {2}The disk is full/);
  } finally {
    await full.close();
  }
});

test('closed streams: nothing crashes, and nothing is written where a stream would have been', async () => {
  const main = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));
  const snapshot = join(folder, 'closed.heapsnapshot');
  writeFileSync(snapshot, snapshotText({ nodes: [{ type: 9, name: '' }, { name: 'Order' }], edges: [[0, 1, 0, 1]] }));
  const run = (file: string, closing: string): number | null => {
    rmSync(file, { force: true });
    const words = [process.execPath, main, 'heap', 'redact', snapshot, file];
    return spawnSync('sh', ['-c', `exec "$@" ${closing}`, 'sh', ...words], { stdio: 'pipe' }).status;
  };
  const [expected, written] = [join(folder, 'expected.heapsnapshot'), join(folder, 'written.heapsnapshot')];
  assert.equal(run(expected, ''), 0);
  // What is opened first would get the number of a closed stream.
  for (const closing of ['>&-', '<&- >&- 2>&-']) {
    assert.equal(run(written, closing), 0, closing);
    assert.deepEqual(readFileSync(written), readFileSync(expected), closing);
  }
  assert.equal(
    spawnSync('sh', ['-c', 'exec "$@" >&-', 'sh', process.execPath, main, 'heap', 'summary', '/none']).status,
    2,
  );
});

test('--no-color is accepted', async () => {
  const { code } = await runCli(['config', 'check', '--no-color', 'x.yaml'], { cwd: folder });
  assert.equal(code, 2);
});

test('with --json an error is one JSON document on stdout', async () => {
  const { code, stdout, stderr } = await runCli(['report', 'no-such-run', '--json'], { cwd: folder });
  assert.equal(code, 2);
  assert.equal(stderr, '');
  assert.equal(JSON.parse(stdout).error.code, 'run-not-found');
});

test('a bare soak lists the Node processes that it sees, with the line to type', async () => {
  const { code, stderr } = await runCli(['soak', '--hours', '8'], { cwd: folder });
  assert.equal(code, 2);
  assert.match(stderr, new RegExp(`profiler soak --pid ${process.pid}\\b`), 'this test runner is a Node process');
});

test('a bare soak takes its target from the configuration file', async () => {
  await writeFile(join(folder, 'profiler.config.yaml'), 'target: { pid: 2147483000 }\n');
  const { code, stderr } = await runCli(['soak', '--hours', '8'], { cwd: folder });
  await rm(join(folder, 'profiler.config.yaml'));
  assert.equal(code, 3, stderr);
  assert.match(stderr, /no process 2147483000/);
  await writeFile(join(folder, 'profiler.config.yaml'), 'target: { agent: /tmp/1-2.agent }\n');
  const agent = await runCli(['soak', '--hours', '8'], { cwd: folder });
  await rm(join(folder, 'profiler.config.yaml'));
  assert.equal(agent.code, 3, agent.stderr);
  assert.match(agent.stderr, /has an agent at \/tmp\/1-2\.agent/);
});

test('a file of limits without a limit is no limit that holds', async () => {
  await writeFile(join(folder, 'none.yaml'), '{}\n');
  const { code, stderr } = await runCli(['soak', '--pid', '1', '--slo', 'none.yaml'], { cwd: folder });
  assert.equal(code, 2);
  assert.match(stderr, /none\.yaml: it has no threshold/);
});

test('config check reports every fault with line and column', async () => {
  await writeFile(join(folder, 'bad.yaml'), 'target: { pid: zero }\ncaptures:\n  snapshot: 4\n  maxPause: soon\n');
  const { code, stderr } = await runCli(['config', 'check', 'bad.yaml'], { cwd: folder });
  assert.equal(code, 2);
  assert.match(stderr, /bad.yaml:1:\d+: target.pid/);
  assert.match(stderr, /bad.yaml:3:\d+: captures.snapshot: unknown key, did you mean `snapshots`/);
  assert.match(stderr, /bad.yaml:4:\d+: captures.maxPause/);
});

test('config check refuses what no run could do, and what would let every run pass', async () => {
  const faults: Readonly<Record<string, RegExp>> = {
    'gates: { failOn: [] }': /gates\.failOn: no gate could fail the run/,
    'duration: 0s': /duration: a soak of 0s cannot tell anything/,
    'rate: 100/s\nusers: 5': /rate: users and rate are two ways/,
    'load: none\nusers: 5': /load: users and rate shape a load, and none is driven/,
    'captures: { sample: 1h }': /captures\.sample: one sample every 1h is not enough for a run of 8 h/,
    'captures: { clinicWindow: 5m }': /is more than Clinic can analyse/,
    'captures: { sample: 0s }': /captures\.sample: 0s is not a valid time between two samples/,
    'scenario: none\nload: none\ngates: { failOn: [slo] }': /nothing could fail the run/,
  };
  for (const [text, expected] of Object.entries(faults)) {
    await writeFile(join(folder, 'faulty.yaml'), `target: { port: 3000 }\n${text}\n`);
    const { code, stderr } = await runCli(['config', 'check', 'faulty.yaml'], { cwd: folder });
    assert.equal(code, 2, text);
    assert.match(stderr, expected);
  }
  await writeFile(
    join(folder, 'fine.yaml'),
    'target: { port: 3000 }\nduration: 12h\ncaptures: { sample: 10s }\nrate: 5/s\n',
  );
  assert.equal((await runCli(['config', 'check', 'fine.yaml'], { cwd: folder })).code, 0);
});

test('config check says by which rule a value is wrong', async () => {
  await writeFile(
    join(folder, 'rules.yaml'),
    'url: ftp://x\nduration: 5 parsecs\ntarget: { port: abc }\ngates: { failOn: [leeks] }\nout: ""\n',
  );
  const { code, stderr } = await runCli(['config', 'check', 'rules.yaml'], { cwd: folder });
  assert.equal(code, 2);
  const told = [
    'url: must match ^https?:// (Base URL of the load)',
    'duration: must match ^([0-9]+(\\.[0-9]+)?(ms|s|min|m|h|d))+$ (Length of the run, such as 8h)',
    'target.port: must be of type integer',
    'gates.failOn[0]: must be leak or slo or degradation',
    'out: must not be empty',
  ];
  for (const words of told) assert.ok(stderr.includes(words), `${words}\n${stderr}`);
});

test('config check follows the scenario and the limits that the file names', async () => {
  await writeFile(
    join(folder, 'good.yaml'),
    'target: { port: 3000 }\nscenario: load.yaml\ngates: { thresholds: { resources: ["cpu<80%"] } }\n',
  );
  const missing = await runCli(['config', 'check', 'good.yaml'], { cwd: folder });
  assert.equal(missing.code, 2);
  assert.match(missing.stderr, /no scenario .*load.yaml/);
  await writeFile(
    join(folder, 'load.yaml'),
    'name: a\nbaseUrl: http://127.0.0.1:1\nload: { model: closed, users: 1 }\ntasks: [ { request: { path: / } } ]\n',
  );
  const found = await runCli(['config', 'check', 'good.yaml'], { cwd: folder });
  assert.equal(found.code, 0, found.stderr);
});

test('completion prints a script', async () => {
  const { code, stdout } = await runCli(['completion'], { env: { SHELL: '/bin/bash' } });
  assert.equal(code, 0);
  assert.match(stdout, /profiler/);
  assert.match(stdout, /complete/);
});

test('a run that is named twice is refused: it would count twice in the normal difference between runs', async () => {
  const file = join(folder, 'twice.json');
  const run = 'test/fixtures/runs/healthy';
  const { code, stderr } = await runCli(['baseline', 'save', run, `${run}/`, '--file', file]);
  assert.equal(code, 2, stderr);
  assert.match(stderr, /healthy is run \S+, which was named already: it would count twice/);
  assert.equal(existsSync(file), false);
});
