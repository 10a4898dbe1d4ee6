import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, realpathSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { ownCommand } from '../../src/files/own-command.ts';
import { typedAs } from '../../src/model/typed-as.ts';
import { snapshotText } from '../heap/build-snapshot.ts';
import { runCli } from '../helpers/run-cli.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const SNAPSHOT = snapshotText({ nodes: [{ type: 9, name: '' }, { name: 'Order' }], edges: [[0, 1, 0, 1]] });
const MAIN = resolve('dist/src/cli/main.js');

/** The tool with something on stdin; the output as bytes. */
function piped(words: readonly string[], input: string | Buffer, cwd: string = process.cwd()) {
  return spawnSync(process.execPath, [MAIN, ...words], { cwd, input, env: { ...process.env, NO_COLOR: '1' } });
}

test('hints name the program as it can be typed where they are printed', (t) => {
  const folder = realpathSync(temporaryFolder(t));
  const bin = join(folder, 'bin');
  const app = join(folder, 'app', 'node_modules', '.bin');
  mkdirSync(bin);
  mkdirSync(app, { recursive: true });
  // An unrelated package has this name: it is not ours, and is not to be called.
  writeFileSync(join(bin, 'profiler'), '');
  assert.match(ownCommand({ PATH: bin }, folder), /^node \S*dist\/src\/cli\/main\.js$/);
  assert.equal(ownCommand({ PATH: bin }, process.cwd()), 'npx soak-profiler', 'in a checkout');
  symlinkSync(MAIN, join(app, 'soak-profiler'));
  assert.equal(ownCommand({ PATH: `${app}:${bin}` }, join(folder, 'app')), 'npx soak-profiler', 'PATH as npx sets it');
  assert.equal(ownCommand({ PATH: '', npm_command: 'exec' }, folder), 'npx soak-profiler', 'from the cache of npx');
  symlinkSync(MAIN, join(bin, 'soak-profiler'));
  assert.equal(ownCommand({ PATH: bin }, folder), 'soak-profiler');
  assert.equal(ownCommand({ SOAK_PROFILER_COMMAND: 'docker run profiler' }, folder), 'docker run profiler');
});

test('only commands of ours are renamed in a text', () => {
  const text = 'Now: profiler report x, `profiler check`; the profiler reports, soak-profiler soak, a/profiler soak';
  assert.equal(
    typedAs(text, 'npx soak-profiler'),
    'Now: npx soak-profiler report x, `npx soak-profiler check`; the profiler reports, soak-profiler soak, a/profiler soak',
  );
});

test('in an installed package the hints and the line that checks a fix go through npx', async (t) => {
  const folder = realpathSync(temporaryFolder(t));
  mkdirSync(join(folder, 'node_modules', '.bin'), { recursive: true });
  symlinkSync(MAIN, join(folder, 'node_modules', '.bin', 'soak-profiler'));
  cpSync('profiles/example', join(folder, 'runs', 'night'), { recursive: true });
  const env = { SOAK_PROFILER_COMMAND: '' };
  const { stderr } = await runCli(['config', 'check'], { cwd: folder, env });
  assert.match(stderr, /npx soak-profiler config init/);
  const help = await runCli(['--help'], { cwd: folder, env });
  assert.match(help.stdout, /npx soak-profiler soak --minutes 5/);
  await runCli(['report', 'runs/night', '--report-dir', 'out'], { cwd: folder, env });
  const { findings } = JSON.parse(readFileSync(join(folder, 'out', 'report.json'), 'utf8'));
  assert.match(findings[0].verify, /^npx soak-profiler verify runs\/night --finding /);
  assert.ok(readFileSync(join(folder, 'out', 'report.md'), 'utf8').includes(findings[0].verify));
});

test('a command that is not there is told, with --help too', async () => {
  for (const words of [['frobnicate'], ['frobnicate', '--help'], ['heap', 'frobnicate', '--help']]) {
    const { code, stdout, stderr } = await runCli(words);
    assert.equal(code, 2, words.join(' '));
    assert.equal(stdout, '');
    assert.match(stderr, /There is no (heap )?command "frobnicate"/);
  }
  const { code, stderr } = await runCli(['report']);
  assert.equal(code, 2);
  assert.match(stderr, /An argument of profiler report is missing/);
});

test('config init writes a commented file that is valid, and whose comments are', async (t) => {
  const folder = temporaryFolder(t);
  const made = await runCli(['config', 'init'], { cwd: folder });
  assert.equal(made.code, 0, made.stderr);
  assert.equal((await runCli(['config', 'check'], { cwd: folder })).code, 0);
  assert.equal((await runCli(['config', 'init'], { cwd: folder })).code, 2, 'an existing file is kept');
  const text = readFileSync(join(folder, 'profiler.config.yaml'), 'utf8');
  const settings = text
    .split('\n')
    .filter((line) => /^# (?:[a-zA-Z]+:| {2})/.test(line))
    .map((line) => line.slice(2))
    .filter((line) => !/^(?:target|scenario):/.test(line));
  writeFileSync(join(folder, 'all.yaml'), settings.join('\n'));
  const all = await runCli(['config', 'check', 'all.yaml'], { cwd: folder });
  assert.equal(all.code, 0, all.stderr);
});

test('- is stdin and stdout of flame', (t) => {
  const folder = temporaryFolder(t);
  const stacks = 'main;work 3\nmain;rest 1\n';
  const collapsed = piped(['flame', '-', '--format', 'collapsed', '--out', '-'], stacks, folder);
  assert.equal(collapsed.status, 0, collapsed.stderr.toString());
  assert.deepEqual(collapsed.stdout.toString().trim().split('\n').sort(), ['main;rest 1', 'main;work 3']);
  assert.equal(piped(['flame', '-', '--out', '-', '--json'], stacks, folder).status, 2, 'no room for both');
  const page = piped(['flame', '-'], stacks, folder);
  assert.match(page.stdout.toString(), /flame\.html\n$/);
  assert.match(readFileSync(join(folder, 'flame.html'), 'utf8'), /<title>stdin/);
});

test('- is stdin and stdout of heap, and nothing is left of it', (t) => {
  const folder = temporaryFolder(t);
  const env = { ...process.env, TMPDIR: folder };
  const words = [MAIN, 'heap', 'redact', '-', '-'];
  const redacted = spawnSync(process.execPath, words, { cwd: folder, input: SNAPSHOT, env });
  assert.equal(redacted.status, 0, redacted.stderr.toString());
  const summary = piped(['heap', 'summary', '-', '--json'], redacted.stdout, folder);
  assert.equal(JSON.parse(summary.stdout.toString()).snapshots[0].file, 'stdin');
  writeFileSync(join(folder, 'a.heapsnapshot'), SNAPSHOT);
  const diff = piped(['heap', 'diff', 'a.heapsnapshot', '-', '--json'], SNAPSHOT, folder);
  assert.equal(diff.status, 0, diff.stderr.toString());
  assert.equal(piped(['heap', 'diff', '-', '-'], SNAPSHOT, folder).status, 2);
  const kept = execFileSync('ls', [folder], { encoding: 'utf8' }).trim().split('\n');
  assert.deepEqual(kept, ['a.heapsnapshot']);
});

test('a snapshot is not redacted onto itself, nor onto another without --force', async (t) => {
  const folder = temporaryFolder(t);
  for (const name of ['x', 'y']) writeFileSync(join(folder, name), SNAPSHOT);
  assert.equal((await runCli(['heap', 'redact', 'x', 'x', '--force'], { cwd: folder })).code, 2);
  assert.equal((await runCli(['heap', 'redact', 'x', 'y'], { cwd: folder })).code, 2);
  assert.equal((await runCli(['heap', 'redact', 'x', 'y', '--force'], { cwd: folder })).code, 0);
});

test('snapshots that are given youngest first are warned of', async (t) => {
  const folder = temporaryFolder(t);
  for (const [name, seconds] of [
    ['one.heapsnapshot', 1000],
    ['two.heapsnapshot', 2000],
  ] as const) {
    writeFileSync(join(folder, name), SNAPSHOT);
    utimesSync(join(folder, name), seconds, seconds);
  }
  const right = await runCli(['heap', 'diff', 'one.heapsnapshot', 'two.heapsnapshot'], { cwd: folder });
  assert.doesNotMatch(right.stderr, /warning/);
  const wrong = await runCli(['heap', 'diff', 'two.heapsnapshot', 'one.heapsnapshot'], { cwd: folder });
  assert.match(wrong.stderr, /warning: one\.heapsnapshot was written before two\.heapsnapshot/);
  assert.match(wrong.stderr, /profiler heap diff one\.heapsnapshot two\.heapsnapshot/);
});

test('completion knows scenarios, run folders and ids of findings; bash gets them through its script', async (t) => {
  const folder = temporaryFolder(t);
  mkdirSync(join(folder, 'profiles', 'run-1'), { recursive: true });
  mkdirSync(join(folder, 'reports', 'run-1'), { recursive: true });
  writeFileSync(join(folder, 'reports', 'run-1', 'report.json'), '{"findings":[{"id":"67ac67fe9e"}]}');
  writeFileSync(join(folder, 'mine.yaml'), '');
  const complete = async (...line: readonly string[]): Promise<string[]> => {
    const { stdout } = await runCli(['--get-yargs-completions', 'profiler', ...line], { cwd: folder });
    return stdout.trim().split('\n');
  };
  assert.ok((await complete('load', '')).includes('mine.yaml'));
  assert.ok((await complete('soak', '--scenario', '')).includes('evidence-archive'));
  assert.deepEqual(await complete('report', ''), ['profiles/run-1']);
  assert.deepEqual(await complete('verify', 'profiles/run-1', '--finding', ''), ['67ac67fe9e']);
  assert.ok((await complete('soak', '--fa')).includes('--fail-on'));
  assert.deepEqual(await complete('flame', ''), [''], 'left to the shell');

  const script = `source <('${process.execPath}' '${MAIN}' completion bash)
    profiler() { '${process.execPath}' '${MAIN}' "$@"; }
    COMP_WORDS=(profiler verify profiles/run-1 --finding 67); COMP_CWORD=4; _soak_profiler; echo "\${COMPREPLY[@]}"`;
  assert.equal(execFileSync('bash', ['-c', script], { cwd: folder, encoding: 'utf8' }).trim(), '67ac67fe9e');
});

test('the completion for zsh is read by zsh, and asks the tool', (t) => {
  if (spawnSync('zsh', ['--version']).error) return t.skip('zsh is not installed here');
  const script = `autoload -U compinit; compinit -D -u
    source <('${process.execPath}' '${MAIN}' completion zsh)
    compadd() { print -r -- "$@" }
    profiler() { '${process.execPath}' '${MAIN}' "$@" }
    words=(profiler load ''); CURRENT=3; _soak_profiler`;
  const { stdout, stderr } = spawnSync('zsh', ['-f', '-c', script], { encoding: 'utf8' });
  assert.match(stdout, /^-- .*evidence-archive/, stderr);
});
