import assert from 'node:assert/strict';
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import process from 'node:process';
import { type TestContext, test } from 'node:test';
import pg from 'pg';
import { freePort } from '../helpers/free-port.ts';
import { skipIfMissing } from '../helpers/missing-part.ts';
import { findPostgres, startPostgres } from '../helpers/postgres.ts';
import { findOnPath } from '../helpers/prometheus.ts';
import { spawnService } from '../helpers/spawn-service.ts';
import { commandsOf, filesOf, type GuideCommand } from './guide-commands.ts';

const GUIDE = readFileSync('docs/performance-testing.md', 'utf8');
const SERVICE = 'node dist/src/demo/main.js ';
/** What is used of the project, as a reader in its folder has it. */
const LINKED = ['dist', 'node_modules', 'scenarios', 'deploy'];
/** A gate of a run of some seconds may fail, or not be judged: that is an answer too. */
const GATED = /^npx soak-profiler (soak|check|load|report) /;
const ANSWERS = [0, 1, 5];

/** The times of the guide are those of real work; here each command must only do its work. */
function shortened(command: string): string {
  return command
    .replace(/--(hours|minutes) \d+/, '--seconds 10')
    .replace(/--seconds 20\b/, '--seconds 2')
    .replace(/--duration \w+/, '--duration 3s')
    .replace(/--users 100\b/, '--users 20');
}

interface Stage {
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  readonly rewritten: (command: string) => string;
}

/** A folder as the reader has it: with the project, the files of the guide, and `npx soak-profiler`. */
async function setUp(t: TestContext): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), 'performance-guide-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  for (const name of LINKED) symlinkSync(resolve(name), join(folder, name));
  for (const { name, text } of filesOf(GUIDE)) writeFileSync(join(folder, name), text);
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  const npx = `#!/bin/sh\n[ "$1" = soak-profiler ] && shift && exec "${process.execPath}" "${resolve('dist/src/cli/main.js')}" "$@"\n`;
  writeFileSync(join(bin, 'npx'), npx, { mode: 0o755 });
  const metricsPort = await freePort();
  return {
    folder,
    env: { ...process.env, NO_COLOR: '1', PATH: `${bin}${delimiter}${process.env.PATH}` },
    rewritten: (command) => shortened(command).replaceAll('9464', String(metricsPort)),
  };
}

function runShell(command: string, { folder, env }: Stage): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((done) => {
    execFile('bash', ['-c', command], { cwd: folder, env, maxBuffer: 1e8 }, (error, stdout, stderr) =>
      done({ code: error === null ? 0 : Number(error.code ?? 1), stdout, stderr }),
    );
  });
}

function runBeside(command: string, { folder, env }: Stage): ChildProcess {
  return spawn('bash', ['-c', `exec ${command}`], { cwd: folder, env, stdio: 'ignore' });
}

test('every command of the performance guide does its work', {
  skip:
    skipIfMissing('PostgreSQL', findPostgres() !== null) ||
    skipIfMissing('promtool (Debian: prometheus)', findOnPath('promtool') !== null),
}, async (t) => {
  const stage = await setUp(t);
  // Ended in the opposite order: the service before its database.
  const ends: (() => unknown)[] = [];
  t.after(async () => {
    for (const end of ends.reverse()) await end();
  });
  const database = await startPostgres(['shared_preload_libraries=pg_stat_statements']);
  ends.push(() => database.stop());
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  ends.push(() => client.end());
  let port = 3000;
  const beside: ChildProcess[] = [];

  const run = async ({ language, text, isBackground }: GuideCommand): Promise<void> => {
    const command = stage.rewritten(text).replaceAll('3000', String(port));
    if (language === 'sql') {
      await client.query(command);
    } else if (text.startsWith(SERVICE)) {
      const service = await spawnService('dist/src/demo/main.js', { env: { DATABASE_URL: database.url } });
      ends.push(() => service.stop());
      port = service.port;
    } else if (isBackground) {
      const child = runBeside(command, stage);
      beside.push(child);
      ends.push(() => stopped(child));
    } else {
      const { code, stdout, stderr } = await runShell(command, stage);
      const allowed = GATED.test(text) ? ANSWERS : [0];
      assert.ok(
        allowed.includes(code),
        `${command}\nexit code ${code}\n${stdout.slice(-2000)}\n${stderr.slice(-2000)}`,
      );
    }
  };
  const commands = commandsOf(GUIDE);
  assert.ok(commands.length >= 30, `${commands.length} commands`);
  for (const command of commands) await run(command);
  // Of those that ran beside: the ones that came to an end by themselves.
  for (const { exitCode, spawnargs } of beside) {
    if (exitCode !== null) assert.ok(ANSWERS.includes(exitCode), `${spawnargs.join(' ')}: exit code ${exitCode}`);
  }
});

async function stopped(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
}
