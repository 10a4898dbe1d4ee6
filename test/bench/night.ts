// What the analysis of a long run costs: `npm run bench:night -- [--hours 8] [--repeats 3] [--run RUN] [--limit]`.
// A soak of the reference service is recorded for a minute (or RUN is taken), stretched to the length, and reported as
// `profiler report` does it: CPU of the process with all its threads, the most that was resident, and the time.
// --limit: exit 1 above the goal of 5 s of CPU for 8 hours (12 s for 24) or 300 MB.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { EXIT } from '../../src/model/exit-codes.ts';
import { type Bytes, formatBytes, type Milliseconds } from '../../src/model/units.ts';
import { readRun } from '../../src/record/read-run.ts';
import { median } from '../../src/stats/order-statistics.ts';
import { stretchRun } from './night/stretch-run.ts';

const CLI = 'dist/src/cli/main.js';
const GOAL_CPU_MS = (hours: number): Milliseconds => (hours <= 8 ? 5_000 : (12_000 * hours) / 24);
const GOAL_RSS_BYTES: Bytes = 300e6;

const { values } = parseArgs({
  options: {
    hours: { type: 'string', default: '8' },
    repeats: { type: 'string', default: '3' },
    run: { type: 'string' },
    limit: { type: 'boolean', default: false },
  },
});
const hours = Number(values.hours);
const folder = mkdtempSync(join(tmpdir(), 'profiler-night-'));
try {
  const recorded = values.run ?? (await recordMinute());
  const night = join(folder, 'night');
  await stretchRun(recorded, night, hours);
  const { samples, manifest } = await readRun(night);
  console.log(
    `${hours} h: ${samples.length} samples, ${manifest.cpuWindows.length} CPU windows, ${manifest.snapshots.length} snapshots of ${formatBytes(median(manifest.snapshots.map(({ bytes }) => bytes)))}`,
  );
  const uses: Usage[] = [];
  for (let n = 0; n < Number(values.repeats); n += 1) uses.push(await reportOf(night));
  const cpuMs = median(uses.map((use) => use.cpuMs));
  const peakRssBytes = median(uses.map((use) => use.peakRssBytes));
  const elapsedMs = median(uses.map((use) => use.elapsedMs));
  console.log(
    `profiler report, median of ${uses.length}: ${(cpuMs / 1000).toFixed(1)} s of CPU, ${formatBytes(peakRssBytes)} resident at most, ${(elapsedMs / 1000).toFixed(1)} s`,
  );
  if (values.limit && (cpuMs > GOAL_CPU_MS(hours) || peakRssBytes > GOAL_RSS_BYTES)) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

interface Usage {
  readonly cpuMs: Milliseconds;
  readonly peakRssBytes: Bytes;
  readonly elapsedMs: Milliseconds;
}

async function recordMinute(): Promise<string> {
  const out = join(folder, 'minute');
  const words = ['demo', '--out', out, '--report-dir', join(folder, 'minute-report'), '--quiet'];
  const tool = spawn(process.execPath, [CLI, ...words], { stdio: ['ignore', 'ignore', 'inherit'] });
  const [code] = (await once(tool, 'exit')) as [number | null];
  // Its leak is a failed gate.
  if (code !== EXIT.passed && code !== EXIT.gateFailed) throw new Error(`the recording ended with ${code}`);
  return out;
}

async function reportOf(run: string): Promise<Usage> {
  const startMs = performance.now();
  const words = [
    '--import',
    './test/bench/night/usage-on-exit.mjs',
    CLI,
    'report',
    run,
    '--report-dir',
    join(folder, 'report'),
  ];
  const tool = spawn(process.execPath, words, { stdio: ['ignore', 'ignore', 'inherit', 'pipe'] });
  const said = text(tool.stdio[3] as Readable);
  await once(tool, 'exit');
  const elapsedMs = performance.now() - startMs;
  return { ...(JSON.parse(await said) as Omit<Usage, 'elapsedMs'>), elapsedMs };
}
