import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { ProfilerError } from '../../src/model/errors.ts';
import { readRun } from '../../src/record/read-run.ts';
import { profileOf } from '../cpu/profile-builder.ts';
import { type CliResult, runCli } from '../helpers/run-cli.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const MAIN = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));
/** Far more than any of these takes; without the check they take for ever. */
const TIMEOUT_MS = 60_000;
const PLACES = [
  'run.json',
  'samples.ndjson',
  'requests.ndjson',
  'events.ndjson',
  'scrapes.ndjson',
  'cpu/1.cpuprofile',
  'cpu/99.cpuprofile',
  'heap/1.heapprofile',
  'heap/9.heapsnapshot',
  'sources/0149e3e1375b8f11.map',
  'database/server.json',
  'cpu',
  'heap',
  'sources',
  'database',
];

/** As `runCli`, but what hangs is killed and told. */
async function runBriefly(words: readonly string[], cwd: string): Promise<CliResult> {
  let timer: NodeJS.Timeout | undefined;
  const result = await runCli(words, {
    cwd,
    onStart: (pid) => {
      timer = setTimeout(() => process.kill(pid, 'SIGKILL'), TIMEOUT_MS);
    },
  });
  clearTimeout(timer);
  assert.notEqual(result.code, null, `${words.join(' ')} did not end by itself`);
  return result;
}

/** Puts something that is no regular file in the place of `path`. */
const IRREGULAR: Readonly<Record<string, (path: string) => void>> = {
  'a named pipe (FIFO)': (path) => void spawnSync('mkfifo', [path]),
  'a symbolic link': (path) => symlinkSync('/dev/zero', path),
};

for (const [kind, put] of Object.entries(IRREGULAR)) {
  test(`report of a run folder with ${kind} in any place: exit 2 with place and kind`, {
    timeout: 2 * TIMEOUT_MS,
  }, async (t) => {
    const folder = temporaryFolder(t);
    for (const place of PLACES) {
      const run = join(folder, 'run');
      rmSync(run, { recursive: true, force: true });
      cpSync('profiles/example', run, { recursive: true });
      mkdirSync(join(run, 'database'), { recursive: true });
      rmSync(join(run, place), { recursive: true, force: true });
      put(join(run, place));
      await assert.rejects(readRun(run), (error: ProfilerError) => {
        assert.equal(error.exitCode, 2, place);
        assert.ok(error.message.includes(`${place} is ${kind}`), error.message);
        return true;
      });
      if (place !== 'sources/0149e3e1375b8f11.map') continue;
      const { code, stderr } = await runBriefly(['report', run], folder);
      assert.equal(code, 2, stderr);
      assert.ok(stderr.includes(`${place} is ${kind}`), stderr);
      assert.match(stderr, /only regular files and real folders/, 'what to do');
    }
  });
}

function profileIn(folder: string): string {
  const file = join(folder, 'a.cpuprofile');
  writeFileSync(file, JSON.stringify(profileOf([{ atUs: 0, stack: 'main;work' }], 0, 2000)));
  return file;
}

const INPUTS: readonly (readonly string[])[] = [
  ['flame', 'INPUT'],
  ['heap', 'summary', 'INPUT'],
  ['heap', 'redact', 'INPUT', 'out'],
  ['load', 'INPUT'],
  ['export', 'INPUT', '--to', 'k6'],
  ['import', 'INPUT'],
  ['config', 'check', 'INPUT'],
  ['soak', '--pid', '1', '--config', 'INPUT'],
  ['soak', '--pid', '1', '--slo', 'INPUT'],
  ['baseline', 'compare', 'run', '--file', 'INPUT'],
  ['report', 'INPUT'],
  ['report', '/proc'],
  ['config', 'check', 'names-data.yaml'],
];

const WITH_ALL_KINDS: readonly (readonly string[])[] = INPUTS.filter(([command]) =>
  ['flame', 'import'].includes(command ?? ''),
);

test('an input that is a FIFO, a socket, a device or a folder is refused at once', async (t) => {
  const folder = temporaryFolder(t);
  profileIn(folder);
  cpSync('profiles/example', join(folder, 'run'), { recursive: true });
  spawnSync('mkfifo', [join(folder, 'fifo')]);
  const server = createServer().listen(join(folder, 'socket'));
  t.after(() => server.close());
  await once(server, 'listening');
  mkdirSync(join(folder, 'empty'));
  writeFileSync(join(folder, 'names-data.yaml'), 'scenario: scenario.yaml\n');
  writeFileSync(
    join(folder, 'scenario.yaml'),
    'name: x\nbaseUrl: http://127.0.0.1:1\nload: { model: closed, users: 1, duration: 10s }\ndata: { users: { file: fifo } }\ntasks: [ { request: { name: home, path: / } } ]\n',
  );
  for (const words of INPUTS) {
    // One reader for all: each command is held to the kind that would hang it, and two to the other kinds.
    const kinds = WITH_ALL_KINDS.includes(words) ? ['fifo', 'socket', '/dev/zero', 'empty'] : ['fifo'];
    for (const input of kinds) {
      const { code, stderr } = await runBriefly(
        words.map((word) => (word === 'INPUT' ? input : word)),
        folder,
      );
      assert.equal(code, 2, `${words.join(' ')} ${input}: ${stderr}`);
      assert.doesNotMatch(stderr, /defect of the tool|\n +at /);
    }
  }
});

async function shell(command: string, cwd: string): Promise<CliResult> {
  const child = spawn('bash', ['-c', command], { cwd, stdio: ['ignore', 'pipe', 'pipe'], timeout: TIMEOUT_MS });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const [code] = await once(child, 'close');
  return { code, stdout, stderr };
}

test('what a shell hands over as a pipe is read as before', async (t) => {
  const folder = temporaryFolder(t);
  profileIn(folder);
  writeFileSync(join(folder, 'profiler.yaml'), 'duration: 10m\n');
  const node = `"${process.execPath}" "${MAIN}"`;
  const flame = await shell(`${node} flame <(cat a.cpuprofile) --format collapsed --out out.txt`, folder);
  assert.equal(flame.code, 0, flame.stderr);
  assert.ok(readFileSync(join(folder, 'out.txt'), 'utf8').includes('work'));
  const stdin = await shell(`cat a.cpuprofile | ${node} flame /dev/stdin --format collapsed --out in.txt`, folder);
  assert.equal(stdin.code, 0, stdin.stderr);
  assert.equal((await shell(`${node} config check <(cat profiler.yaml)`, folder)).code, 0);
  const redirected = await shell(`${node} config check /dev/stdin < profiler.yaml`, folder);
  assert.equal(redirected.code, 0, redirected.stderr);
});

test('a pipe that nobody writes to is left by SIGTERM', async (t) => {
  const folder = temporaryFolder(t);
  spawnSync('mkfifo', [join(folder, 'fifo')]);
  // The tool holds the end to write to itself, so that the end to read from never ends.
  const command = `exec 3<>fifo; exec "${process.execPath}" "${MAIN}" flame /dev/fd/3`;
  const child = spawn('bash', ['-c', command], { cwd: folder, stdio: 'ignore' });
  await new Promise((resolve) => setTimeout(resolve, 1500));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), TIMEOUT_MS);
  const [, signal] = await once(child, 'exit');
  clearTimeout(timer);
  assert.equal(signal, 'SIGTERM');
});

test('scripts, maps and package.json of a target that are FIFOs are passed over', async (t: TestContext) => {
  const folder = temporaryFolder(t);
  const script = join(folder, 'a.js');
  writeFileSync(script, 'const a = 1;\n//# sourceMappingURL=a.js.map\n');
  for (const name of ['a.js.map', 'b.js', 'package.json']) spawnSync('mkfifo', [join(folder, name)]);
  const frame = (url: string) => ({ functionName: 'work', scriptId: '1', url, lineNumber: 0, columnNumber: 0 });
  const profile = profileOf([{ atUs: 0, stack: 'main' }], 0, 2000);
  const [root, leaf] = profile.nodes;
  assert.ok(root && leaf);
  for (const url of [`file://${script}`, `file://${join(folder, 'b.js')}`]) {
    writeFileSync(
      join(folder, 'x.cpuprofile'),
      JSON.stringify({ ...profile, nodes: [root, { ...leaf, callFrame: frame(url) }] }),
    );
    // Not in that folder: yargs reads the package.json of where it is started.
    const words = ['flame', join(folder, 'x.cpuprofile'), '--format', 'collapsed', '--force'];
    const { code, stderr } = await runBriefly(words, temporaryFolder(t));
    assert.equal(code, 0, stderr);
  }
});
