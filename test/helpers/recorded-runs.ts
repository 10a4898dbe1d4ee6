import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { formatRunManifest, parseRunManifest } from '../../src/format/run-manifest.ts';
import { ProfilerError } from '../../src/model/errors.ts';
import type { Report } from '../../src/model/report.ts';
import type { RunManifest } from '../../src/model/run-manifest.ts';
import { analyseRun } from '../../src/study/analyse-run.ts';
import { runCli } from './run-cli.ts';
import { spawnService } from './spawn-service.ts';

const SCENARIO = 'test/targets/scenarios/http-service.yaml';

export interface RecordedRun {
  /** As the tool left it. */
  readonly dir: string;
  /** The run folder as it stood at some moments of the recording: what a tool that is killed there leaves behind. */
  readonly moments: readonly string[];
  readonly exitCode: number | null;
  readonly told: string;
}

/** Records a soak of a service with a leak, whose limits hold: it passes, since leaks are not asked for. */
export async function recordRun(
  folder: string,
  {
    seconds,
    everyMs,
    words = [],
  }: { readonly seconds: number; readonly everyMs: number; readonly words?: readonly string[] },
): Promise<RecordedRun> {
  const service = await spawnService('test/targets/http-service.mjs', { args: ['--fault', 'leak-listener'] });
  const dir = join(folder, 'run');
  const slo = join(folder, 'slo.json');
  writeFileSync(slo, JSON.stringify({ '*': ['errors<50%'], resources: ['rss<8GB'] }));
  const moments: string[] = [];
  const copying = new AbortController();
  const copies = copyEvery(everyMs, dir, (n) => join(folder, `moment-${n}`), moments, copying.signal);
  try {
    const { code, stdout, stderr } = await runCli([
      ...['soak', '--pid', String(service.pid), '--seconds', String(seconds)],
      ...['--scenario', SCENARIO, '--url', service.baseUrl, '--rate', '60'],
      ...['--fail-on', 'slo', '--slo', slo, '--out', dir, '--report-dir', join(folder, 'report'), ...words],
    ]);
    return { dir, moments, exitCode: code, told: stdout + stderr };
  } finally {
    copying.abort();
    await copies;
    await service.stop();
  }
}

async function copyEvery(
  everyMs: number,
  dir: string,
  to: (n: number) => string,
  made: string[],
  stop: AbortSignal,
): Promise<void> {
  for (let n = 1; !stop.aborted; n += 1) {
    await sleep(everyMs);
    if (stop.aborted || !existsSync(join(dir, 'run.json'))) continue;
    try {
      cpSync(dir, to(n), { recursive: true });
      // The last one may be that of a run that is closed already.
      if (parseRunManifest(readFileSync(join(to(n), 'run.json'))).seal === undefined) made.push(to(n));
    } catch {
      // A `.part` file that was renamed while it was copied: the next moment will do.
    }
  }
}

/** A copy of a run that goes with the test; `change`: of what the run was asked for, as if it had been recorded so. */
export function copyRun(
  context: TestContext,
  dir: string,
  change: (manifest: RunManifest) => RunManifest = (manifest) => manifest,
): string {
  const folder = mkdtempSync(join(tmpdir(), 'profiler-damage-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  const copy = join(folder, 'run');
  cpSync(dir, copy, { recursive: true });
  const path = join(copy, 'run.json');
  writeFileSync(path, formatRunManifest(change(parseRunManifest(readFileSync(path)))));
  return copy;
}

/** Like `copyRun`, as if no snapshots had been planned: such a run is analysed in no time. */
export function copyWithoutSnapshots(context: TestContext, dir: string): string {
  const isSnapshot = (file: string): boolean => file.endsWith('.heapsnapshot');
  const copy = copyRun(context, dir, ({ seal, ...manifest }) => ({
    ...manifest,
    plan: { ...manifest.plan, snapshots: 0 },
    snapshots: [],
    ...(seal && {
      seal: { ...seal, files: Object.fromEntries(Object.entries(seal.files).filter(([file]) => !isSnapshot(file))) },
    }),
  }));
  for (const n of [1, 2, 3, 4, 5]) rmSync(join(copy, 'heap', `${n}.heapsnapshot`), { force: true });
  return copy;
}

/** The report of a run folder, or the exit code with which it was refused. */
export async function judge(dir: string): Promise<Report | { readonly exitCode: number; readonly verdict: 'refused' }> {
  try {
    return (await analyseRun(dir, { onProgress: () => {}, toolVersion: 'test' })).report;
  } catch (error) {
    if (!(error instanceof ProfilerError)) throw error;
    return { exitCode: error.exitCode, verdict: 'refused' };
  }
}
