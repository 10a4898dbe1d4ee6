// How long the heap explorer takes to answer: `npm run bench:explore -- [--units 103000] [--runs 3] [--file F]`.
// 103,000 units are a snapshot of 289 MB on Node 20. A run opens the server as `profiler heap explore` does, and asks over HTTP what a page
// asks: the first answer (classes) with nothing read yet, then each page five times. Memory is the peak of the process.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { exploreHeaps } from '../../src/browse/explore-heaps.ts';
import { formatBytes } from '../../src/model/units.ts';

const { values } = parseArgs({
  options: {
    units: { type: 'string', default: '103000' },
    runs: { type: 'string', default: '3' },
    file: { type: 'string' },
  },
});
const ROUNDS = 5;
/** After the first answer what paths and queries need is calculated ahead; a reader looks at the first page meanwhile. */
const READING_MS = 2_000;

const folder = mkdtempSync(join(tmpdir(), 'explore-bench-'));
try {
  const [earlier, file] = values.file ? [values.file, values.file] : [write('earlier', 0.98), write('later', 1)];
  console.log(
    `Node ${process.version}, ${cpus().length} cores, load ${loadavg()[0]?.toFixed(1)} before; ${formatBytes(statSync(file).size)}`,
  );
  const taken = new Map<string, number[]>();
  for (let run = 0; run < Number(values.runs); run++) await measure([earlier, file], taken);
  console.log('| question | median | longest |\n|---|---|---|');
  for (const [name, times] of taken) {
    const sorted = times.sort((a, b) => a - b);
    console.log(`| ${name} | ${sorted[sorted.length >> 1]!.toFixed(0)} ms | ${sorted.at(-1)!.toFixed(0)} ms |`);
  }
  console.log(
    `peak memory of ${values.runs} runs in one process: ${formatBytes(process.resourceUsage().maxRSS * 1024)}`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function write(name: string, share: number): string {
  const path = join(folder, `${name}.heapsnapshot`);
  const program = resolve('test/bench/heap-peers/write-big-snapshot.mjs');
  const units = String(Math.round(Number(values.units) * share));
  execFileSync(process.execPath, ['--max-old-space-size=8000', program, path, units]);
  return path;
}

interface Answer {
  readonly error?: string;
  readonly objects?: readonly { readonly id: number }[];
}

async function measure(files: readonly string[], taken: Map<string, number[]>): Promise<void> {
  const server = await exploreHeaps(files, { port: 0, salvage: false });
  const entered = await fetch(server.url);
  const cookie = entered.headers.get('set-cookie')?.split(';')[0] ?? '';
  const ask = async (name: string, path: string): Promise<Answer> => {
    const startMs = performance.now();
    const response = await fetch(new URL(`/api/heap/h2/${path}`, server.url), { headers: { cookie } });
    const answer = (await response.json()) as Answer;
    if (!response.ok) throw new Error(`${path}: ${answer.error}`);
    taken.set(name, [...(taken.get(name) ?? []), performance.now() - startMs]);
    return answer;
  };
  await ask('first answer: classes', 'overview');
  await sleep(READING_MS);
  const found = await ask('first query', 'objects?query=class:/Order/');
  const id = found.objects?.[0]?.id ?? 1;
  await ask('first comparison with the earlier snapshot', 'changes?earlier=h1');
  for (let round = 0; round < ROUNDS; round++) {
    await ask('classes', 'overview');
    await ask('query by regex and size', 'objects?query=class:/Order/%20retained%3E1KB');
    await ask('all objects by shallow size', 'objects?sort=shallow');
    await ask('an object', `object?id=${id}`);
    await ask('who refers to it', `retainers?id=${id}`);
    await ask('the path that keeps it', `path?id=${id}`);
    await ask('a level of the dominator tree', 'dominated');
    await ask('packages', 'packages');
    await ask('repeated strings', 'strings');
    await ask('who holds a string', 'string-holders?text=100');
    await ask('changes by class', 'changes?earlier=h1');
    await ask('new objects of a class', 'changed-objects?earlier=h1&class=Order&side=new');
  }
  await server.close();
}
