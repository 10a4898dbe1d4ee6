// What the six packages cost beside what this tool does by itself: `npm run bench:packages -- [--rounds 3] [--only WORD]`.
// Needs the packages of `npm run test:interop` (node scripts/install-interop-packages.mjs). In each round every way is
// measured once, in an order that changes; what counts is the ratio to the first way of the same round.
import { readdirSync, rmSync } from 'node:fs';
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import type { Cost } from './packages/serve.ts';
import { GROUPS, type Group } from './packages/ways.ts';

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '3' }, only: { type: 'string', default: '' } },
});
const rounds = Number(values.rounds);
const loadBefore = loadavg()[0];
console.log(`Node ${process.version}, ${rounds} rounds, load ${loadBefore?.toFixed(1)}\n`);
for (const group of GROUPS.filter(({ name }) => name.includes(values.only))) await compare(group);
console.log(`load at the end ${loadavg()[0]?.toFixed(1)}`);
for (const name of readdirSync('.')) if (/^bench-\d+\.heapsnapshot$/.test(name)) rmSync(name);

async function compare({ name, ways }: Group): Promise<void> {
  const costs = new Map<string, Cost[]>(ways.map((way) => [way.name, []]));
  for (let round = 0; round < rounds; round += 1) {
    const order = ways.map((_, at) => ways[(at + round) % ways.length]);
    for (const way of order) if (way) costs.get(way.name)?.push(await way.once());
  }
  console.log(`${name}\n| way | CPU | of the first | longest pause | extra memory |\n|---|--:|--:|--:|--:|`);
  const first = costs.get(ways[0]?.name ?? '') ?? [];
  for (const [way, own] of costs) {
    const ratios = own.map(({ cpuMs }, round) => cpuMs / (first[round]?.cpuMs ?? Number.NaN));
    const median = (of: (cost: Cost) => number): number => medianOf(own.map(of));
    console.log(
      `| ${way} | ${shown(
        median(({ cpuMs }) => cpuMs),
        'ms',
        3,
      )} | ${medianOf(ratios).toFixed(2)} (${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}) | ${shown(
        median(({ pauseMs }) => pauseMs),
        'ms',
      )} | ${shown(median(({ extraBytes }) => extraBytes) / 1e6, 'MB')} |`,
    );
  }
  console.log('');
}

function medianOf(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] ?? Number.NaN) + (sorted[Math.ceil(middle)] ?? Number.NaN)) / 2;
}

function shown(value: number, unit: string, digits = 0): string {
  return Number.isNaN(value) ? '' : `${value.toFixed(digits)} ${unit}`;
}
