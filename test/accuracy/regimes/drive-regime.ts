import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Report } from '../../../src/model/report.ts';
import { freePort } from '../../helpers/free-port.ts';
import { nodeVersion } from '../../helpers/node-versions.ts';
import { runCli } from '../../helpers/run-cli.ts';
import { type RunningService, type SpawnServiceOptions, spawnService } from '../../helpers/spawn-service.ts';
import { judge } from '../judge.ts';
import type { FreshResult } from '../result-store.ts';
import type { DriverPlan } from './outside-driver.ts';
import type { RegimeCase } from './regimes.ts';

const DRIVER = fileURLToPath(new URL('./outside-driver.js', import.meta.url));
const ROOT = '.cache/accuracy/regimes';
/** A busy machine makes the estimates of a pause long; what is judged here is the method. */
const UNGUARDED: readonly string[] = ['--max-pause', '5m'];
/** What a heap of 800 MB and its growth take. */
const BIG_HEAP: readonly string[] = ['--max-old-space-size=4096'];
/** The driver rests in the last quarter of this: so that it ends well after the tool does. */
const DRIVEN_SHARE = 1.05;
/** Captures lengthen a run. */
const BIG_HEAP_DRIVEN = 3;

/** Starts the service, lets traffic come that is not ours, watches it with the tool, and reads the report. Null: there was none. */
export async function driveRegime(
  { regime, one, others, args }: RegimeCase,
  repeat: number,
): Promise<FreshResult | null> {
  const folder = join(ROOT, `${one.name.replace('/', '--')}--${repeat}`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const options: SpawnServiceOptions = {
    // Its successor has the same command line.
    port: await freePort(),
    args,
    nodePath: nodeVersion(one.nodeMajor).binary,
    ...(regime.bigHeap ? { nodeArgs: BIG_HEAP } : {}),
  };
  const script = `test/targets/${one.service}/main.mjs`;
  const services: RunningService[] = [await spawnService(script, options)];
  const [first] = services;
  if (!first) return null;
  const driver = startDriver({
    port: first.port,
    seed: repeat,
    rate: one.ratePerSecond,
    seconds: (regime.bigHeap ? BIG_HEAP_DRIVEN : DRIVEN_SHARE) * one.seconds,
    traffic: regime.traffic,
    focus: one.focus,
    share: regime.share,
    others,
  });
  const before = residentBytes(first.pid, 'VmRSS');
  try {
    const guards = regime.bigHeap ? [] : UNGUARDED;
    const words = [
      'soak',
      '--pid',
      String(first.pid),
      '--seconds',
      String(one.seconds),
      ...(regime.words.length > 0 ? regime.words : guards),
    ];
    const output = ['--out', join(folder, 'run'), '--report-dir', join(folder, 'report')];
    const [{ code, stderr }] = await Promise.all([
      runCli([...words, ...output]),
      regime.restartAfterMs === null ? null : restart(services, script, options, regime.restartAfterMs),
    ]);
    writeFileSync(join(folder, 'stderr.txt'), stderr);
    const most = residentBytes(first.pid, 'VmHWM');
    const cost = { pausesMs: pausesOf(folder), ...(before && most ? { addedMemory: most / before - 1 } : {}) };
    const result = readReport(one, folder, code);
    return result && { ...result, ...cost };
  } finally {
    await end(driver);
    for (const service of services) await service.stop();
  }
}

async function restart(
  services: RunningService[],
  script: string,
  options: SpawnServiceOptions,
  afterMs: number,
): Promise<void> {
  await sleep(afterMs);
  const [first] = services;
  await first?.stop();
  if (first) services.push(await spawnService(script, options));
}

/** Null where the process is gone. */
function residentBytes(pid: number, what: 'VmRSS' | 'VmHWM'): number | null {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return 1024 * Number(new RegExp(`${what}:\\s+(\\d+) kB`).exec(status)?.[1]);
  } catch {
    return null;
  }
}

/** Of all captures. */
function pausesOf(folder: string): number {
  const file = join(folder, 'run', 'events.ndjson');
  const lines = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
  return lines
    .map((line) => JSON.parse(line) as { readonly type: string; readonly cost?: { readonly pauseMs: number } })
    .reduce((sum, { type, cost }) => sum + (type === 'capture' ? (cost?.pauseMs ?? 0) : 0), 0);
}

function startDriver(plan: DriverPlan): ChildProcess {
  return spawn(process.execPath, [DRIVER, JSON.stringify(plan)], { stdio: 'ignore' });
}

async function end(driver: ChildProcess): Promise<void> {
  if (driver.exitCode !== null || driver.signalCode !== null) return;
  const exited = once(driver, 'exit');
  driver.kill();
  await exited;
}

function readReport(one: RegimeCase['one'], folder: string, exitCode: number | null): FreshResult | null {
  const file = join(folder, 'report', 'report.json');
  if (!existsSync(file)) return null;
  const report = JSON.parse(readFileSync(file, 'utf8')) as Report;
  if (judge(one, report).isRight) rmSync(join(folder, 'run'), { recursive: true, force: true });
  const { run, verdict, findings, checked } = report;
  return { exitCode, report: { run, verdict, findings, checked } };
}
