import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { poll } from '../../src/target/poll.ts';
import { listPids, readArguments, readStat } from '../../src/target/proc.ts';
import { readProcessFacts } from '../../src/target/process-facts.ts';
import { type CliResult, runCli } from '../helpers/run-cli.ts';
import { type RunningService, spawnService } from '../helpers/spawn-service.ts';

const SERVICE = 'test/targets/troubled-service.mjs';
const SCENARIO = 'test/targets/scenarios/http-service.yaml';
/** Two seconds are promised; a busy machine gets more. Without us the inspector closes after 25 s and more. */
const IN_TIME_MS = 8_000;

interface GivenUp extends CliResult {
  /** From the second Ctrl-C until the tool had ended. */
  readonly tookMs: number;
}

async function startService(t: TestContext, args: readonly string[] = []): Promise<RunningService> {
  const service = await spawnService(SERVICE, { args });
  t.after(() => service.stop('SIGKILL'));
  return service;
}

function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'give-up-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

interface GiveUpOptions {
  readonly before?: () => Promise<unknown>;
  /** Words to wait for between the two. */
  readonly until?: RegExp;
  readonly betweenMs?: number;
}

/** Ctrl-C when the words are there, and again a moment later. */
async function giveUp(words: readonly string[], at: RegExp, options: GiveUpOptions = {}): Promise<GivenUp> {
  const { before = async () => {}, until, betweenMs = 200 } = options;
  let secondMs = Number.NaN;
  let pid = 0;
  let ended = false;
  const interrupt = async (said: () => string): Promise<void> => {
    const seen = (pattern: RegExp): Promise<true | null> =>
      poll(() => (ended || pattern.test(said()) ? true : null), 60_000);
    assert.ok(await seen(at), `waited in vain for ${at}`);
    await before();
    if (!ended) process.kill(pid, 'SIGINT');
    if (until) assert.ok(await seen(until), `waited in vain for ${until}`);
    await sleep(betweenMs);
    secondMs = performance.now();
    if (!ended) process.kill(pid, 'SIGINT');
  };
  let interrupting: Promise<void> = Promise.resolve();
  const result = await runCli(words, {
    onStart: (started, stderr, stdout) => {
      pid = started;
      interrupting = interrupt(() => stderr() + stdout()).catch((error) => {
        process.kill(pid, 'SIGKILL');
        throw error;
      });
    },
  });
  ended = true;
  const tookMs = performance.now() - secondMs;
  await interrupting;
  return { ...result, tookMs };
}

async function assertClosed(service: RunningService): Promise<void> {
  const ports = (): string => (readProcessFacts(service.pid)?.listening ?? []).map(({ port }) => port).join();
  assert.ok(await poll(() => (ports() === String(service.port) ? true : null), IN_TIME_MS), 'the inspector is open');
  assert.equal((await fetch(`${service.baseUrl}/health`)).status, 200);
}

function soakWords(service: RunningService, folder: string): string[] {
  const folders = ['--out', join(folder, 'run'), '--report-dir', join(folder, 'report')];
  return ['soak', '--pid', String(service.pid), '--seconds', '60', '--max-pause', '100s', ...folders];
}

const PHASES: readonly { name: string; words: readonly string[]; at: RegExp }[] = [
  { name: 'while it sets up its instruments', words: [], at: /attached to/ },
  { name: 'in the warm-up, under load', words: ['--scenario', SCENARIO], at: /warm-up begins/ },
];
for (const { name, words, at } of PHASES) {
  test(`soak, given up ${name}: exit 130, the inspector closed, the recording kept`, async (t) => {
    const service = await startService(t);
    const folder = temporaryFolder(t);
    const load = words.length > 0 ? [...words, '--url', service.baseUrl] : [];
    const { code, stderr, tookMs } = await giveUp([...soakWords(service, folder), ...load], at);
    assert.equal(code, 130, stderr);
    assert.ok(tookMs < IN_TIME_MS, `${tookMs} ms`);
    assert.match(stderr, /the inspector of .* is closed/);
    await assertClosed(service);
    assert.match(readFileSync(join(folder, 'run', 'run.json'), 'utf8'), /profiler-run/);
  });
}

test('given up in a snapshot: the target cannot answer, so its watchdog closes', async (t) => {
  const service = await startService(t, ['--objects', '300000']);
  const folder = temporaryFolder(t);
  const { code, stderr, tookMs } = await giveUp([...soakWords(service, folder), '--force'], /baseline begins/, {
    betweenMs: 800,
  });
  assert.equal(code, 130, stderr);
  assert.ok(tookMs < IN_TIME_MS, `${tookMs} ms`);
  assert.match(stderr, /left to the watchdog there|is closed/);
  assert.ok(existsSync(join(folder, 'run', 'samples.ndjson')));
});

test('given up while the snapshots are analysed', async (t) => {
  const service = await startService(t, ['--objects', '60000']);
  const folder = temporaryFolder(t);
  const { code, stderr, tookMs } = await giveUp([...soakWords(service, folder), '--force'], /heap snapshot 1/, {
    until: /analysing/,
    betweenMs: 50,
  });
  assert.equal(code, 130, stderr);
  assert.ok(tookMs < IN_TIME_MS, `${tookMs} ms`);
  await assertClosed(service);
});

const ATTACHED: readonly { words: readonly string[]; at: RegExp }[] = [
  { words: ['cpu', '--seconds', '60'], at: /profiling/ },
  { words: ['top'], at: /rss/ },
  // It says nothing for ten seconds: whether it is attached, the service tells.
  { words: ['load', SCENARIO, '--duration', '60s'], at: /(?:)/ },
];
for (const { words, at } of ATTACHED) {
  test(`${words[0]} of a service that stands still, given up`, async (t) => {
    const service = await startService(t);
    const out = words[0] === 'cpu' ? ['--out', join(temporaryFolder(t), 'busy')] : [];
    const url = words[0] === 'load' ? ['--url', service.baseUrl] : [];
    const block = async (): Promise<void> => {
      assert.ok(await poll(() => (service.stderr().split('attached').length > 2 ? true : null), 30_000));
      await fetch(`${service.baseUrl}/block?ms=5000`);
      await sleep(300);
    };
    const { code, stderr, tookMs } = await giveUp([...words, ...url, ...out, '--pid', String(service.pid)], at, {
      before: block,
    });
    assert.equal(code, 130, stderr);
    assert.ok(tookMs < IN_TIME_MS, `${tookMs} ms`);
    assert.match(stderr, /left to the watchdog there/);
  });
}

test('a command that was started ends with the tool, also one that is not ready yet and ignores SIGTERM', async (t) => {
  const mark = `given-up-${process.pid}`;
  const folder = temporaryFolder(t);
  const folders = ['--out', join(folder, 'run'), '--report-dir', join(folder, 'report')];
  const ready = ['soak', '--seconds', '60', ...folders, '--', process.execPath, SERVICE, mark];
  const program = "process.on('SIGTERM', () => {}); console.error('started'); setInterval(() => {}, 1000);";
  const stubborn = ['top', '--', process.execPath, '-e', program, mark];
  for (const [words, at] of [
    [ready, /warm-up begins/],
    [stubborn, /started/],
  ] as const) {
    const { code, stderr, tookMs } = await giveUp(words, at);
    assert.equal(code, 130, stderr);
    assert.ok(tookMs < IN_TIME_MS, `${tookMs} ms`);
    assert.ok(await poll(() => (runs(mark) ? null : true), 2_000), `${words[0]}: the command goes on`);
  }
});

function runs(mark: string): boolean {
  return listPids().some((pid) => readArguments(pid).at(-1) === mark && readStat(pid)?.state !== 'Z');
}
