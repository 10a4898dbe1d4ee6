import { cpus } from 'node:os';
import { type Judged, judgeRow, type Ratio } from './judge-row.ts';
import { majorOf, type Row } from './row.ts';
import { SHAPES } from './shapes.ts';

const INTRODUCTION = `# What a heap snapshot costs, and what the guard estimates

\`npm run bench:snapshot-cost\` starts a service whose heap is made of one kind of thing, looks at it, and takes two snapshots with the
product's own code (\`-- --nodes 20,24 --sizes 20,60\` for a part of it; what is measured already is not measured again). This page is
written by it; the rows are in \`test/bench/snapshot-cost/rows.ndjson\`, and \`test/capture/estimates.test.ts\` holds every one of them
against the estimate of today.

## Where the memory goes

V8 builds a graph beside the heap: an entry of some 260 B for each object with its places in two hash tables, and 42 B for each
reference. Names of references by index (\`[17]\` of an array, a place in the table of a Map) are made by a formatter that keeps its
buffer of **1 KiB for each different index** as long as the graph lives. So the longest array and the largest Map decide: a Map of a million
entries costs a gigabyte in names alone, however little it holds. Different strings are copied, up to 1024 characters of each. At last
the text of the snapshot is sent: the protocol cannot wait for a slow reader, so what was not read yet lies in the target.

The guard knows this before it asks for anything:

1. From the sizes of the heap spaces (free, no pause): objects of 24 B each, and a name for each place in the large object space. This
   is an upper limit, 1.5 to 130 times the truth (median 4), and most services are below what they may take all the same.
2. Only where that does not fit: garbage is collected and the heap is looked through. V8 numbers all objects and says how many there
   are; arrays, Maps and Sets are asked for what they hold. That costs the pauses of the column \`look\`, and 25 to 140 B an object.
3. After the first snapshot of a process: what it took, and for what the heap has gained since the upper limit of step 1. What the
   allocator kept from the last snapshot is used again, so it is not counted twice.

The pause is the estimated CPU time of the main thread, times what the host makes of it: one more thread on the cores that there are
(load of the last minute, how long the main thread waited for a core in the collection just before), or the quota of the control group.

Memory is compared with what each control group above the process has left (limit less what is used; page cache that is on the disk
already counts as free; a tenth of the limit is held back), and with four fifths of what the host has available. A pause may be 10 s, in a
pod of Kubernetes 6 s: its usual liveness probe (every 10 s, 1 s to answer, restart after the third failure) is met three times by a
pause of 20 s. \`--max-pause\` says otherwise, \`--force\` overrules both.

## What is not covered

- Node 18 has a table of names that collides where strings end alike: 20 MB of short strings took 26 s there, and 1.6 s on Node 20. The
  first estimate of the pause takes half of the worst; the first snapshot tells. Its pauses are counted apart below.
- Other realms (\`vm\` contexts) keep arrays that the look does not count; they are taken by their bytes in the large object space.
- Many WeakMaps of some thousand entries each: their tables are no large objects, and each entry makes names of 4 KiB.
- A leak of native memory that Node does not account for, between two snapshots, may have taken what the allocator kept.
- Large strings cannot be told from tables of weak maps and dictionaries: a service with megabytes of source text in one file is
  estimated too high until its first snapshot.
- A target on another host tells its own memory (Node 18.15 and later); its load and the groups above its own are not known.
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
  const text = [INTRODUCTION, `## Estimate against truth\n\n${readingOf(judged)}\n\n${summary}`, tableOf(judged)].join(
    '\n',
  );
  return { text: `${text}\n`, summary };
}

function readingOf(judged: readonly Judged[]): string {
  const versions = [...new Set(judged.map(({ row }) => row.node))].toSorted((a, b) => majorOf(a) - majorOf(b));
  return `${judged.length} services on ${versions.join(', ')}; ${cpus().length} cores. Estimates are given as multiples of the truth:
below 1 they were too low. Memory is the highest resident size above where it stood (both with 20 MB added, the noise of the
allocator); the pause is compared by CPU time of the main thread, which is what it lasts on a quiet machine. Constants were fitted on
the shapes marked \`fit\`, the others were held out.`;
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
