import { setTimeout as sleep } from 'node:timers/promises';
import type { SnapshotRecord } from '../../../src/model/run-manifest.ts';
import type { Bytes, Milliseconds } from '../../../src/model/units.ts';
import { readRun } from '../../../src/record/read-run.ts';
import { spawnService } from '../../helpers/spawn-service.ts';
import { type DiskRow, extrapolateDisk } from './disk-use.ts';
import { SCENARIO, SERVICE } from './loaded-service.ts';
import { type Pause, pausesOf } from './pauses.ts';
import { readUsage } from './process-usage.ts';
import { type SoakTool, startSoakTool } from './soak-tool.ts';

export interface RunResult {
  readonly pauses: readonly Pause[];
  readonly snapshots: readonly SnapshotRecord[];
  readonly disk: readonly DiskRow[];
  /** The most that the tool had resident, analysis and report included. */
  readonly peakRssBytes: Bytes;
}

/** One run through all phases, and the beginning of a night, each driven by the tool itself on a fresh service. */
export async function measureRun(options: {
  readonly ratePerSecond: number;
  readonly measuredMs: Milliseconds;
  readonly soakWords: readonly string[];
}): Promise<RunResult> {
  const seconds = Math.max(20, Math.round(options.measuredMs / 1000));
  const { ratePerSecond } = options;
  const short = ['--seconds', String(seconds), '--cpu-interval', '20ms', '--cpu-window', '10s', ...options.soakWords];
  const tools: SoakTool[] = [];
  try {
    let peakRssBytes = 0;
    const whole = await onService(ratePerSecond, short, async (tool) => {
      tools.push(tool);
      const ended = tool.ended().then(() => true);
      while (!(await Promise.race([ended, sleep(200, false)]))) {
        peakRssBytes = Math.max(peakRssBytes, readUsage(tool.pid)?.peakRssBytes ?? 0);
      }
    });
    const night = await onService(ratePerSecond, ['--hours', '8', ...options.soakWords], async (tool) => {
      tools.push(tool);
      await tool.said(/warm-up begins/);
      await sleep(options.measuredMs);
      await tool.interrupt();
    });
    const { events, manifest } = await readRun(whole);
    const disk = await extrapolateDisk(night, whole);
    return { pauses: pausesOf(events), snapshots: manifest.snapshots, disk, peakRssBytes };
  } finally {
    for (const tool of tools) tool.clean();
  }
}

async function onService(
  ratePerSecond: number,
  words: readonly string[],
  use: (tool: SoakTool) => Promise<void>,
): Promise<string> {
  const service = await spawnService(SERVICE);
  try {
    const load = ['--scenario', SCENARIO, '--url', service.baseUrl, '--rate', String(ratePerSecond)];
    const tool = startSoakTool(['--pid', String(service.pid), ...load, ...words]);
    await use(tool);
    return tool.runDir;
  } finally {
    await service.stop();
  }
}
