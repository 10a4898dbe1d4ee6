// Whether the tool itself grows: `npm run bench:tool-memory -- [--minutes 4] [--rate 300] [--sample 200ms]`.
// A night in fast motion: samples five times as often, load intervals eight times, CPU windows thirty times. Every few
// seconds the tool's own heap is collected through its own inspector; what is left is set against the samples taken.
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { formatBytes } from '../../src/model/units.ts';
import { readRun } from '../../src/record/read-run.ts';
import type { Point } from '../../src/stats/point.ts';
import { theilSen } from '../../src/stats/theil-sen.ts';
import { connectInspector } from '../../src/target/connect-inspector.ts';
import { spawnService } from '../helpers/spawn-service.ts';
import { SCENARIO, SERVICE } from './soak-cost/loaded-service.ts';
import { readUsage } from './soak-cost/process-usage.ts';
import { type SoakTool, startSoakTool } from './soak-cost/soak-tool.ts';

interface Reading {
  readonly elapsedMs: number;
  readonly liveHeapBytes: number;
  readonly rssBytes: number;
}

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '4' },
    rate: { type: 'string', default: '300' },
    sample: { type: 'string', default: '200ms' },
  },
});
const READ_EVERY_MS = 5_000;
/** Code is compiled and buffers reach their size: the first quarter says nothing about a night. */
const WARM_UP_SHARE = 0.25;
const SAMPLES_OF_A_NIGHT = 8 * 3600;

const service = await spawnService(SERVICE);
const tool = startSoakTool(
  [
    ...['--pid', String(service.pid), '--scenario', SCENARIO, '--url', service.baseUrl, '--rate', values.rate],
    ...['--minutes', values.minutes, '--sample', values.sample, '--cpu-window', '20s', '--snapshots', '0'],
  ],
  // On a port of its own; the tool keeps it from its children.
  { NODE_OPTIONS: '--inspect=127.0.0.1:0' },
);
try {
  const readings = await readWhileRecording(tool);
  await tool.ended();
  const { samples } = await readRun(tool.runDir);
  const first = samples[0]?.monoMs ?? 0;
  const samplesPerMs = samples.length / ((samples.at(-1)?.monoMs ?? 0) - first);
  console.log(`${samples.length} samples in ${values.minutes} min, ${readings.length} readings of the tool`);
  report('live heap after a collection', readings, (reading) => reading.liveHeapBytes, samplesPerMs);
  report('RSS after a collection', readings, (reading) => reading.rssBytes, samplesPerMs);
} finally {
  await service.stop();
  tool.clean();
}

async function readWhileRecording(tool: SoakTool): Promise<Reading[]> {
  const [, url = ''] = await tool.said(/listening on (ws:\S+)/);
  const session = await connectInspector(url);
  await tool.said(/warm-up begins/);
  const analysing = tool.said(/analysing/).then(() => true);
  const readings: Reading[] = [];
  const startMs = performance.now();
  while (!(await Promise.race([analysing, sleep(READ_EVERY_MS, false)]))) {
    await session.call('HeapProfiler.collectGarbage');
    const { usedSize } = await session.call<{ readonly usedSize: number }>('Runtime.getHeapUsage');
    const rssBytes = readUsage(tool.pid)?.rssBytes;
    if (rssBytes === undefined) break;
    readings.push({ elapsedMs: performance.now() - startMs, liveHeapBytes: usedSize, rssBytes });
  }
  session.disconnect();
  return readings;
}

function report(
  name: string,
  readings: readonly Reading[],
  of: (reading: Reading) => number,
  samplesPerMs: number,
): void {
  const settled = readings.slice(Math.ceil(readings.length * WARM_UP_SHARE));
  const points: Point[] = settled.map((reading) => ({ x: reading.elapsedMs * samplesPerMs, y: of(reading) }));
  const trend = theilSen([points]);
  const [first, last] = [points[0], points.at(-1)];
  if (!trend || !first || !last) throw new Error('too few readings for a slope');
  const night = [trend.slope, trend.low, trend.high].map((slope) => ((slope * SAMPLES_OF_A_NIGHT) / 1e6).toFixed(1));
  console.log(
    `${name}: ${formatBytes(first.y)} to ${formatBytes(last.y)}, ${trend.slope.toFixed(0)} B a sample [${trend.low.toFixed(0)} .. ${trend.high.toFixed(0)}], as a night of ${SAMPLES_OF_A_NIGHT} samples ${night[0]} MB [${night[1]} .. ${night[2]}]`,
  );
}
