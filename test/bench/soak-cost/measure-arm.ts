import { setTimeout as sleep } from 'node:timers/promises';
import { createHostClock } from '../../../src/capture/host-clock.ts';
import type { RunEvent } from '../../../src/model/run-event.ts';
import type { Bytes, Milliseconds } from '../../../src/model/units.ts';
import { readRun } from '../../../src/record/read-run.ts';
import { Latencies } from '../../../src/stats/latencies.ts';
import { startLoadedService } from './loaded-service.ts';
import { type ProcessUsage, readUsage } from './process-usage.ts';
import { type SoakTool, startSoakTool } from './soak-tool.ts';

export interface ArmOptions {
  readonly withTool: boolean;
  readonly ratePerSecond: number;
  readonly measuredMs: Milliseconds;
  /** More options of `profiler soak`. */
  readonly soakWords: readonly string[];
}

/** What one service cost over the measured time, with or without the tool attached. */
export interface ArmResult {
  readonly cpuMsPerRequest: number;
  readonly p50Ms: Milliseconds;
  readonly p99Ms: Milliseconds;
  readonly rssGrowthBytes: Bytes;
  /** Of the tool itself: percent of one core, and resident memory at the end; null without it. */
  readonly tool: { readonly cpuPercent: number; readonly rssBytes: Bytes } | null;
  readonly events: readonly RunEvent[];
}

/** Code is compiled and the heap has its size before anything is attached. */
const WARM_UP_MS = 6_000;
/** After attaching, and as long without: the first start of the CPU profiler is a pause of its own. */
const SETTLE_MS = 3_000;

/**
 * The night's settings are those of a night: `--hours 8`, interrupted after the measured time. So long its warm-up is
 * not over, and all that happens is what happens between two captures: samples, CPU profiling, allocation sampling.
 */
export async function measureArm({ withTool, ratePerSecond, measuredMs, soakWords }: ArmOptions): Promise<ArmResult> {
  const clock = createHostClock();
  const { service, intervals, stop } = await startLoadedService(ratePerSecond);
  let tool: SoakTool | null = null;
  try {
    await sleep(WARM_UP_MS);
    if (withTool) {
      tool = startSoakTool(['--pid', String(service.pid), '--hours', '8', '--load', 'none', ...soakWords]);
      await tool.said(/warm-up begins/);
    }
    await sleep(SETTLE_MS);
    const from = { monoMs: clock.monoMs(), target: usageOf(service.pid), tool: tool && usageOf(tool.pid) };
    await sleep(measuredMs);
    const to = { monoMs: clock.monoMs(), target: usageOf(service.pid), tool: tool && usageOf(tool.pid) };
    await tool?.interrupt();
    const latencies = new Latencies();
    for (const { startMonoMs, endMonoMs, intended } of intervals) {
      if (startMonoMs >= from.monoMs && endMonoMs <= to.monoMs) latencies.add(intended);
    }
    return {
      // The rate is constant by construction; whole intervals would cut a second off at either end.
      cpuMsPerRequest: (to.target.cpuMs - from.target.cpuMs) / (((to.monoMs - from.monoMs) / 1000) * ratePerSecond),
      p50Ms: latencies.atPercentile(50) ?? Number.NaN,
      p99Ms: latencies.atPercentile(99) ?? Number.NaN,
      rssGrowthBytes: to.target.rssBytes - from.target.rssBytes,
      tool: from.tool &&
        to.tool && {
          cpuPercent: (100 * (to.tool.cpuMs - from.tool.cpuMs)) / (to.monoMs - from.monoMs),
          rssBytes: to.tool.rssBytes,
        },
      events: tool ? (await readRun(tool.runDir)).events : [],
    };
  } finally {
    await stop();
    tool?.clean();
  }
}

function usageOf(pid: number): ProcessUsage {
  const usage = readUsage(pid);
  if (!usage) throw new Error(`process ${pid} is gone`);
  return usage;
}
