// What a heap snapshot costs against what the guard estimates, over shapes of heaps, sizes and versions of Node:
// `npm run bench:snapshot-cost -- [--nodes 20,24] [--sizes 20,60] [--shapes Map,strings] [--again]`. Results are kept in
// snapshot-cost/rows.ndjson, so that a run goes on where one was stopped; docs/snapshot-cost.md is written from them.
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { formatBytes, formatDuration } from '../../src/model/units.ts';
import { nodeVersions } from '../helpers/node-versions.ts';
import { judgeRow } from './snapshot-cost/judge-row.ts';
import { measureRow } from './snapshot-cost/measure-row.ts';
import { appendRow, keyOf, readRows } from './snapshot-cost/row.ts';
import { SHAPES } from './snapshot-cost/shapes.ts';
import { writeTables } from './snapshot-cost/write-tables.ts';

const DOCUMENT = 'docs/snapshot-cost.md';

const { values } = parseArgs({
  options: {
    nodes: { type: 'string', default: '18,20,22,24,26' },
    sizes: { type: 'string', default: '20,60,150' },
    shapes: { type: 'string', default: '' },
    again: { type: 'boolean', default: false },
    'table-only': { type: 'boolean', default: false },
  },
});
const majors = values.nodes.split(',').map(Number);
const sizes = values.sizes.split(',').map(Number);
const parts = values.shapes.split(',');
const shapes = SHAPES.filter(({ name }) => parts.some((part) => name.includes(part)));
const done = new Set(values.again ? [] : readRows().map(keyOf));

const versions = values['table-only'] ? [] : nodeVersions().filter(({ major }) => majors.includes(major));
for (const megabytes of sizes) {
  for (const { major, binary, skip } of versions) {
    if (skip) console.log(`Node ${major}: ${skip}`);
    else for (const { name } of shapes) await measureOnce(major, binary, name, megabytes);
  }
}
const document = writeTables(readRows());
writeFileSync(DOCUMENT, document.text);
console.log(`${document.summary}\n${DOCUMENT} is written.`);

async function measureOnce(major: number, binary: string, shape: string, megabytes: number): Promise<void> {
  if (done.has(keyOf({ node: `v${major}`, shape, megabytes }))) return;
  try {
    const row = await measureRow(binary, shape, megabytes);
    appendRow(row);
    const { look, calibrated } = judgeRow(row);
    const { peakBytes, cpuMs, pauseMs } = row.first;
    console.log(
      `Node ${major}, ${shape}, ${megabytes} MB: ${formatBytes(peakBytes)} (estimate x ${look.memory.toFixed(2)}, then ${calibrated.memory.toFixed(2)}), ${formatDuration(cpuMs)} of CPU (x ${look.pause.toFixed(2)}, then ${calibrated.pause.toFixed(2)}), ${formatDuration(pauseMs)} pause; looked for ${formatDuration(row.lookCpuMs)}`,
    );
  } catch (error) {
    console.log(`Node ${major}, ${shape}, ${megabytes} MB: failed: ${(error as Error).message}`);
  }
}
