import { cpus } from 'node:os';
import { type Judged, judgeRow, type Ratio } from './judge-row.ts';
import { majorOf, type Row } from './row.ts';
import { SHAPES } from './shapes.ts';

const INTRODUCTION = `# What a heap snapshot costs, and what the guard estimates

\`npm run bench:snapshot-cost\` starts a service whose heap consists of one kind of object, estimates it, and takes two snapshots with the
code of the product (\`-- --nodes 20,24 --sizes 20,60\` for a part of it; cases that were measured already are not repeated). The command
writes this page. The rows are in \`test/bench/snapshot-cost/rows.ndjson\`, and \`test/capture/estimates.test.ts\` compares each of them
with today's estimate.

## Where the memory goes

V8 builds a graph next to the heap: about 260 B for each object, with its entries in two hash tables, and 42 B for each reference. The names of
references by index (\`[17]\` of an array, a slot in the table of a Map) are made by a formatter. It keeps a buffer of **1 KiB for each different
index** as long as the graph exists. So the longest array and the largest Map decide: a Map of a million entries costs a gigabyte for names
alone, however little it holds. Different strings are copied, up to 1024 characters of each. Finally the text of the snapshot is sent. The
protocol cannot wait for a slow reader, so what has not been read yet stays in the memory of the target.

The guard knows the cost in three ways:

1. From the sizes of the heap spaces, without a pause: objects of 24 B each, and one name for each slot in the large object space. This is an
   upper bound, 1.5 to 130 times the real cost (median 4). For most services even this bound is allowed.
2. Only if it is not: garbage is collected and the heap is examined. V8 numbers all objects and returns their count; arrays, Maps and Sets
   return their sizes. This costs the pauses in the column \`look\`, and 25 to 140 B per object.
3. After the first snapshot of a process: the cost of that snapshot, plus the upper bound of step 1 for the growth of the heap since then. Memory
   that the allocator kept after the last snapshot is used again, so it is not counted twice.

The pause is the estimated CPU time of the main thread, multiplied by a factor for the host. The factor follows from one more thread on the
available cores (load average of the last minute, and how long the main thread waited for a core in the collection just before), or from the
quota of the control group.

Memory is compared with the free memory of each control group above the process (its limit minus its use; page cache that is already on disk
counts as free; a tenth of the limit is kept in reserve), and with four fifths of the available memory of the host. By default a pause may be 10 s,
and 6 s in a Kubernetes pod: a pause of 20 s would fail the usual liveness probe (every 10 s, timeout 1 s, restart after the third failure).
\`--max-pause\` sets another limit, \`--force\` ignores both.

## What is not covered

- Node 18 has a table of names with collisions between strings that end alike: 20 MB of short strings took 26 s, and 1.6 s on Node 20. The
  first estimate of the pause assumes half of the worst case; after the first snapshot the pause is known. Pauses of Node 18 are listed separately below.
- Other realms (\`vm\` contexts) keep arrays that are not examined. They are estimated from their bytes in the large object space.
- Many WeakMaps of some thousand entries each: their tables are not large objects, and each entry creates names of 4 KiB.
- A leak of native memory that Node does not account for may use up, between two snapshots, the memory that the allocator kept.
- Large strings cannot be distinguished from tables of weak maps and dictionaries. The estimate for a service with megabytes of source text in one
  file is too high until its first snapshot.
- A target on another host reports its own memory (Node 18.15 and later). The load of that host and the control groups above its own are not known.
`;

/** The document, and a few words for the terminal. */
export function writeTables(rows: readonly Row[]): { readonly text: string; readonly summary: string } {
  const order = SHAPES.map(({ name }) => name);
  const judged = rows
    .filter(({ shape }) => order.includes(shape))
    .toSorted(
      (a, b) =>
        order.indexOf(a.shape) - order.indexOf(b.shape) ||
        a.megabytes - b.megabytes ||
        majorOf(a.node) - majorOf(b.node),
    )
    .map(judgeRow);
  const summary = summarise(judged);
  const text = [
    INTRODUCTION,
    `## Estimate and measured cost\n\n${readingOf(judged)}\n\n${summary}`,
    tableOf(judged),
  ].join('\n');
  return { text: `${text}\n`, summary };
}

function readingOf(judged: readonly Judged[]): string {
  const versions = [...new Set(judged.map(({ row }) => row.node))].toSorted((a, b) => majorOf(a) - majorOf(b));
  return `${judged.length} services on ${versions.join(', ')}; ${cpus().length} cores. Estimates are given as multiples of the measured
cost: below 1 they were too low. Memory is the highest resident size minus the size before (with 20 MB added to both, the noise of the
allocator). The pause is compared by the CPU time of the main thread, which is its length on a quiet machine. Constants were fitted on
the shapes marked \`fit\`; the others were held out.`;
}

function summarise(judged: readonly Judged[]): string {
  const groups = [
    ['fit', ({ node, shape }: Row) => FIT.includes(shape) && majorOf(node) > 18],
    ['check', ({ node, shape }: Row) => !FIT.includes(shape) && majorOf(node) > 18],
    ['Node 18', ({ node }: Row) => majorOf(node) === 18],
  ] as const;
  const lines = groups.flatMap(([use, belongs]) => {
    const part = judged.filter(({ row }) => belongs(row));
    return part.length === 0
      ? []
      : (['spaces', 'look', 'calibrated'] as const).map((known) =>
          summaryLine(
            use,
            known,
            part.map((one) => one[known]),
          ),
        );
  });
  return [
    '| rows | known by | memory: lowest | median | highest | pause: within 40 % | median |',
    '|---|---|---|---|---|---|---|',
    ...lines,
  ].join('\n');
}

const FIT = SHAPES.filter(({ use }) => use === 'fit').map(({ name }) => name);
const WORDS = { spaces: 'heap spaces', look: 'a look', calibrated: 'the first snapshot' };

function summaryLine(use: string, known: keyof typeof WORDS, ratios: readonly Ratio[]): string {
  const memory = ratios.map((ratio) => ratio.memory).toSorted((a, b) => a - b);
  const pause = ratios.map((ratio) => ratio.pause).toSorted((a, b) => a - b);
  const near = pause.filter((ratio) => ratio >= 0.6 && ratio <= 1.4).length;
  const [lowest, median, highest] = [memory.at(0), middle(memory), memory.at(-1)].map((ratio) => times(ratio ?? 0));
  return `| ${use} | ${WORDS[known]} | ${lowest} | ${median} | ${highest} | ${near} of ${pause.length} | ${times(middle(pause))} |`;
}

function tableOf(judged: readonly Judged[]): string {
  const head = [
    '',
    '| heap of | | Node | size | million objects | memory | by spaces | by a look | second: by the first | CPU | by a look | second: by the first | pause, as the machine was | look |',
    `|${'---|'.repeat(14)}`,
  ];
  const use = new Map(SHAPES.map((shape) => [shape.name, shape.use]));
  const lines = judged.map(({ row, spaces, look, calibrated }) => {
    const { first } = row;
    return `| ${[
      row.shape,
      use.get(row.shape),
      majorOf(row.node),
      `${row.megabytes} MB`,
      (first.nodes / 1e6).toFixed(2),
      `${(first.peakBytes / 1e6).toFixed(0)} MB`,
      times(spaces.memory),
      times(look.memory),
      times(calibrated.memory),
      `${(first.cpuMs / 1e3).toFixed(1)} s`,
      times(look.pause),
      times(calibrated.pause),
      `${(first.pauseMs / 1e3).toFixed(1)} s`,
      `${(row.lookMs / 1e3).toFixed(2)} s`,
    ].join(' | ')} |`;
  });
  return [...head, ...lines].join('\n');
}

function times(ratio: number): string {
  return ratio.toFixed(2);
}

function middle(sorted: readonly number[]): number {
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
