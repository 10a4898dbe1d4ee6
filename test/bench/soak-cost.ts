// What a soak costs the service, the disk and the host: `npm run bench:cost -- [--pairs 3] [--seconds 30] [--rate 300]`;
// arguments after a second `--` are passed to `profiler soak` too: `-- --no-probes`.
// Pairs of runs in alternating order, without and with the tool, each on a fresh service; then one run through all
// phases for the pauses, and the beginning of a night for the disk. docs/cost-of-a-soak.md holds a result.
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { formatBytes, formatDuration } from '../../src/model/units.ts';
import type { DiskRow } from './soak-cost/disk-use.ts';
import { type ArmResult, measureArm } from './soak-cost/measure-arm.ts';
import { measureRun, type RunResult } from './soak-cost/measure-run.ts';
import { type Pause, pausesOf } from './soak-cost/pauses.ts';
import { formatSpread } from './soak-cost/spread.ts';

interface Pair {
  readonly without: ArmResult;
  readonly with: ArmResult;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    pairs: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '30' },
    rate: { type: 'string', default: '300' },
  },
});
const measuredMs = 1000 * Number(values.seconds);
const ratePerSecond = Number(values.rate);

console.log(
  `Node ${process.version}, ${cpus().length} cores; ${ratePerSecond} requests/s, ${values.pairs} pairs of ${values.seconds} s; profiler soak ${positionals.join(' ')}`,
);
const pairs: Pair[] = [];
for (let index = 0; index < Number(values.pairs); index += 1) pairs.push(await measurePair(index % 2 === 1));
printOverhead(pairs);
printPauses(
  'Pauses between captures of a night: attaching',
  pausesOf(pairs.flatMap((pair) => pair.with.events)).filter(({ capture }) => capture === 'cpu-start'),
);
printRun(await measureRun({ ratePerSecond, measuredMs, soakWords: positionals }));

async function measurePair(toolFirst: boolean): Promise<Pair> {
  const arms: { without?: ArmResult; with?: ArmResult } = {};
  for (const withTool of toolFirst ? [true, false] : [false, true]) {
    arms[withTool ? 'with' : 'without'] = await measureArm({
      withTool,
      ratePerSecond,
      measuredMs,
      soakWords: positionals,
    });
  }
  if (!arms.without || !arms.with) throw new Error('a pair has two arms');
  const { without, with: attached } = arms;
  console.log(
    `  pair: ${without.cpuMsPerRequest.toFixed(3)} ms of CPU a request without, ${attached.cpuMsPerRequest.toFixed(3)} with`,
  );
  return { without, with: attached };
}

function printOverhead(pairs: readonly Pair[]): void {
  const columns: readonly [string, (arm: ArmResult) => number, number][] = [
    ['CPU of the service, ms a request', (arm) => arm.cpuMsPerRequest, 3],
    ['CPU of the service, percent of a core', (arm) => (arm.cpuMsPerRequest * ratePerSecond) / 10, 1],
    ['latency p50, ms', (arm) => arm.p50Ms, 2],
    ['latency p99, ms', (arm) => arm.p99Ms, 1],
    ['growth of RSS, MB', (arm) => arm.rssGrowthBytes / 1e6, 1],
  ];
  console.log('\nOverhead: median [lowest .. highest] over pairs');
  for (const [name, of, digits] of columns) {
    const differences = pairs.map((pair) => of(pair.with) - of(pair.without));
    console.log(`${name}: ${sideBySide(pairs, of, digits)}; difference ${formatSpread(differences, digits)}`);
  }
  const relative = pairs.map((pair) => 100 * (pair.with.cpuMsPerRequest / pair.without.cpuMsPerRequest - 1));
  console.log(`CPU of the service, percent more: ${formatSpread(relative, 1)}`);
  const tools = pairs.flatMap((pair) => pair.with.tool ?? []);
  const cpuPercents = tools.map((tool) => tool.cpuPercent);
  const residentMB = tools.map((tool) => tool.rssBytes / 1e6);
  console.log(`CPU of the tool, percent of a core: ${formatSpread(cpuPercents, 1)}`);
  console.log(`RSS of the tool, MB: ${formatSpread(residentMB, 0)}`);
}

function sideBySide(pairs: readonly Pair[], of: (arm: ArmResult) => number, digits: number): string {
  const without = pairs.map((pair) => of(pair.without));
  const attached = pairs.map((pair) => of(pair.with));
  return `without ${formatSpread(without, digits)}, with ${formatSpread(attached, digits)}`;
}

function printRun({ pauses, snapshots, disk, peakRssBytes }: RunResult): void {
  printPauses('Pauses by capture, in a run through all phases', pauses);
  console.log('\nSnapshots');
  for (const { bytes, heapUsedBytes, pauseMs, phase } of snapshots) {
    console.log(
      `${phase}: ${formatBytes(heapUsedBytes)} of heap, ${formatDuration(pauseMs)} pause, file of ${formatBytes(bytes)}`,
    );
  }
  console.log('\nDisk');
  for (const row of disk) console.log(formatDiskRow(row));
  console.log(`\nPeak RSS of the tool, analysis and report included: ${formatBytes(peakRssBytes)}`);
}

function printPauses(title: string, pauses: readonly Pause[]): void {
  console.log(`\n${title}`);
  for (const { capture, count, medianMs, longestMs } of pauses) {
    console.log(`${capture}: ${count} times, median ${medianMs.toFixed(0)} ms, longest ${longestMs.toFixed(0)} ms`);
  }
}

function formatDiskRow({ kind, perHourBytes, nightBytes, formula }: DiskRow): string {
  const hourly = perHourBytes === null ? 'once' : `${formatBytes(perHourBytes)}/h`;
  return `${kind}: ${hourly}, 8 h ${formatBytes(nightBytes)} = ${formula}`;
}
