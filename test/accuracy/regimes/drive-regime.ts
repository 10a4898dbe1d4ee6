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
import { type RegimeCase, ROUTES } from './regimes.ts';

const SCRIPT = 'test/targets/ticket-desk/main.mjs';
const DRIVER = fileURLToPath(new URL('./outside-driver.js', import.meta.url));
const ROOT = '.cache/accuracy/regimes';
/** A busy machine makes the estimates of a pause long; what is judged here is the method. */
const UNGUARDED: readonly string[] = ['--max-pause', '5m'];
/** The driver rests in the last quarter of this: so that it ends well after the tool does. */
const DRIVEN_SHARE = 1.05;

/** Starts the service, lets traffic come that is not ours, watches it with the tool, and reads the report. Null: there was none. */
export async function driveRegime({ regime, one }: RegimeCase, repeat: number): Promise<FreshResult | null> {
  const folder = join(ROOT, `${one.name.replace('/', '--')}--${repeat}`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const options: SpawnServiceOptions = {
    // Its successor has the same command line.
    port: await freePort(),
    args: ['--fault', one.fault, '--when', regime.when],
    nodePath: nodeVersion(one.nodeMajor).binary,
  };
  const services: RunningService[] = [await spawnService(SCRIPT, options)];
  const [first] = services;
  if (!first) return null;
  const driver = startDriver({
    port: first.port,
    seed: repeat,
    rate: one.ratePerSecond,
    seconds: DRIVEN_SHARE * one.seconds,
    traffic: regime.traffic,
    focus: one.focus,
    share: regime.share,
    others: ROUTES.filter((route) => route !== one.focus),
  });
  try {
    const words = [
      'soak',
      '--pid',
      String(first.pid),
      '--seconds',
      String(one.seconds),
      ...(regime.words.length > 0 ? regime.words : UNGUARDED),
    ];
    const output = ['--out', join(folder, 'run'), '--report-dir', join(folder, 'report')];
    const [{ code, stderr }] = await Promise.all([
      runCli([...words, ...output]),
      regime.restartAfterMs === null ? null : restart(services, options, regime.restartAfterMs),
    ]);
    writeFileSync(join(folder, 'stderr.txt'), stderr);
    return readReport(one, folder, code);
  } finally {
    await end(driver);
    for (const service of services) await service.stop();
  }
}

async function restart(services: RunningService[], options: SpawnServiceOptions, afterMs: number): Promise<void> {
  await sleep(afterMs);
  const [first] = services;
  await first?.stop();
  if (first) services.push(await spawnService(SCRIPT, options));
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
