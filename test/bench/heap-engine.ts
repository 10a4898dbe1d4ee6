// The heap engine beside its peers: `npm run bench:heap -- [--runs 3] [--units 105000] [--nodes 20,24] [--peers toolkit,vscode,memlab] [--diff]`.
// Each measures a whole process, from start to constructors by retained size printed, in alternating order; medians.
// 105,000 units are a snapshot of 300 MB, 360,000 of 1 GB, 1,070,000 of 3 GB (whose writing takes 16 GB of memory).
// Peers are installed into a cache folder when first needed. docs/heap-benchmark.md holds a result.
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { cpus, homedir, loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { formatBytes, formatCount } from '../../src/model/units.ts';
import { nodeVersion } from '../helpers/node-versions.ts';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '3' },
    units: { type: 'string', default: '105000' },
    peers: { type: 'string', default: 'toolkit,vscode,memlab' },
    nodes: { type: 'string', default: '20,24' },
    diff: { type: 'boolean', default: false },
  },
});

const CLI = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));
/** The programs of the peers are no part of the build. */
const PROGRAMS = resolve('test/bench/heap-peers');
const CACHE = join(process.env.PROFILER_BENCH_CACHE ?? join(homedir(), '.cache', 'soak-profiler-bench'));
const PEERS: Readonly<Record<string, { readonly title: string; readonly file: string }>> = {
  toolkit: { title: 'Chrome DevTools (heap-snapshot-toolkit 1.1.3)', file: 'toolkit.mjs' },
  vscode: { title: '@vscode/v8-heap-parser 0.1.0 (Rust, WASM)', file: 'vscode.cjs' },
  memlab: { title: 'memlab 2.0.5', file: 'memlab.cjs' },
};
const PACKAGES = ['heap-snapshot-toolkit@1.1.3', '@vscode/v8-heap-parser@0.1.0', '@memlab/core@2.0.5'];

interface Measured {
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly peakBytes: number;
}

const folder = mkdtempSync(join(tmpdir(), 'heap-bench-'));
try {
  const wanted = values.peers.split(',').filter((name) => name in PEERS);
  if (wanted.length > 0) installPeers();
  console.log(
    `Node ${process.version}, ${cpus().length} cores, load ${loadavg()[0]?.toFixed(1)} before; medians of ${values.runs} runs`,
  );
  for (const major of values.nodes.split(',').map(Number)) benchSummaries(major, wanted);
  if (values.diff) benchDiffs();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function installPeers(): void {
  mkdirSync(CACHE, { recursive: true });
  if (!existsSync(join(CACHE, 'node_modules', '@memlab'))) {
    execFileSync('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--prefix', CACHE, ...PACKAGES]);
  }
  // Beside their packages, so that they find them.
  for (const { file } of Object.values(PEERS)) copyFileSync(join(PROGRAMS, file), join(CACHE, file));
}

function benchSummaries(major: number, wanted: readonly string[]): void {
  const { binary, skip } = nodeVersion(major);
  if (skip !== false) {
    console.log(`\nNode ${major}: ${skip}`);
    return;
  }
  const file = writeSnapshot(binary, Number(values.units), `node-${major}`);
  const { nodes, edges } = countsOf(file);
  console.log(
    `\nSnapshot of Node ${major}: ${formatBytes(statSync(file).size)}, ${formatCount(nodes)} nodes, ${formatCount(edges)} edges`,
  );
  const programs = new Map([['ours', [CLI, 'heap', 'summary', file]]]);
  for (const name of wanted) programs.set(name, ['--max-old-space-size=12000', join(CACHE, PEERS[name]!.file), file]);
  const results = alternate(programs);
  const ours = results.get('ours');
  console.log('| reader | wall | CPU | peak memory | wall over ours |\n|---|---|---|---|---|');
  for (const [name, measured] of results) printRow(PEERS[name]?.title ?? 'profiler heap summary', measured, ours, file);
  if (ours) console.log(`${(nodes / 1000 / ours.wallMs).toFixed(2)} million nodes a second`);
}

function benchDiffs(): void {
  const { binary } = nodeVersion(20);
  const units = Number(values.units);
  const files = [0, 1, 2].map((step) => writeSnapshot(binary, Math.round(units * (0.96 + step / 50)), `step-${step}`));
  const results = alternate(
    new Map([
      ['summary of the last', [CLI, 'heap', 'summary', files[2]!]],
      ['diff of two by id and class', [CLI, 'heap', 'diff', '--classes', ...files.slice(1)]],
      ['diff of two, suspects with paths', [CLI, 'heap', 'diff', ...files.slice(1)]],
      ['diff of three, suspects with paths', [CLI, 'heap', 'diff', ...files]],
    ]),
  );
  console.log('\n| command | wall | CPU | peak memory | wall over a summary |\n|---|---|---|---|---|');
  for (const [name, measured] of results) printRow(name, measured, results.get('summary of the last'), files[2]!);
}

function writeSnapshot(binary: string, units: number, name: string): string {
  const file = join(folder, `${name}.heapsnapshot`);
  execFileSync(binary, ['--max-old-space-size=8000', join(PROGRAMS, 'write-big-snapshot.mjs'), file, String(units)]);
  return file;
}

function countsOf(file: string): { nodes: number; edges: number } {
  const header = execFileSync('head', ['-c', '4096', file], { encoding: 'utf8' });
  const count = (key: string): number => Number(new RegExp(`"${key}":(\\d+)`).exec(header)?.[1]);
  return { nodes: count('node_count'), edges: count('edge_count') };
}

/** A round runs each program once; rounds follow each other, so that a slow minute of the machine meets them all. */
function alternate(programs: ReadonlyMap<string, readonly string[]>): Map<string, Measured | null> {
  const runs = new Map<string, (Measured | null)[]>();
  for (let round = 0; round < Number(values.runs); round++) {
    for (const [name, words] of programs) runs.set(name, [...(runs.get(name) ?? []), measure(words)]);
  }
  return new Map([...runs].map(([name, measured]) => [name, medianOf(measured)]));
}

function measure(words: readonly string[]): Measured | null {
  const usage = join(folder, 'usage.json');
  const preload = join(PROGRAMS, 'report-usage.mjs');
  const startMs = performance.now();
  const { status } = spawnSync(process.execPath, ['--import', preload, ...words], {
    env: { ...process.env, USAGE_FILE: usage },
    stdio: 'ignore',
    timeout: 600_000,
  });
  const wallMs = performance.now() - startMs;
  return status === 0
    ? { wallMs, ...(JSON.parse(readFileSync(usage, 'utf8')) as { cpuMs: number; peakBytes: number }) }
    : null;
}

function medianOf(runs: readonly (Measured | null)[]): Measured | null {
  const done = runs.filter((run) => run !== null);
  if (done.length < runs.length) return null;
  const middle = (value: (run: Measured) => number): number =>
    done.map(value).sort((a, b) => a - b)[Math.floor(done.length / 2)]!;
  return {
    wallMs: middle((run) => run.wallMs),
    cpuMs: middle((run) => run.cpuMs),
    peakBytes: middle((run) => run.peakBytes),
  };
}

function printRow(title: string, measured: Measured | null, base: Measured | null | undefined, file: string): void {
  if (!measured) {
    console.log(`| ${title} | failed | | | |`);
    return;
  }
  const { wallMs, cpuMs, peakBytes } = measured;
  const times = base ? (wallMs / base.wallMs).toFixed(1) : '';
  const ofFile = (peakBytes / statSync(file).size).toFixed(2);
  console.log(
    `| ${title} | ${(wallMs / 1000).toFixed(2)} s | ${(cpuMs / 1000).toFixed(2)} s | ${formatBytes(peakBytes)} (${ofFile} x file) | ${times} |`,
  );
}
