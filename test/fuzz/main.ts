import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { caseOf } from './case-of.ts';
import { READERS } from './readers.ts';
import { watchCases } from './watch-cases.ts';

/**
 * `npm run fuzz [-- --seed N --cases N --only NAME --fresh]`: changed inputs to every reader. It goes on where it was left
 * off with the same seed; what ended otherwise than it should is kept in test/fuzz/kept, which `npm test` reads again.
 */
const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    cases: { type: 'string', default: '100000' },
    only: { type: 'string' },
    fresh: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  process.stdout.write(
    `npm run fuzz [-- --seed N --cases N --only NAME --fresh]\nReaders: ${Object.keys(READERS).join(', ')}\n`,
  );
  process.exit();
}
const KEPT = 'test/fuzz/kept';
const STATE = 'node_modules/.cache/soak-profiler-fuzz';
/** After so many the state is written. */
const STRETCH = 5_000;

const seed = Number(values.seed);
const cases = Number(values.cases);
const names = Object.keys(READERS).filter((name) => values.only === undefined || name === values.only);
if (names.length === 0) throw new Error(`no reader ${values.only}; there are ${Object.keys(READERS).join(', ')}`);

let failed = 0;
for (const name of names) {
  const startMs = performance.now();
  let found = 0;
  const begun = values.fresh ? 0 : readState(name);
  for (let from = begun; from < cases; from += STRETCH) {
    const to = Math.min(cases, from + STRETCH);
    for (const { index, what } of await watchCases(name, { seed, from, to })) {
      found += 1;
      keep(name, index);
      process.stdout.write(`${name} ${index}: ${what}\n`);
    }
    writeState(name, to);
  }
  const seconds = (performance.now() - startMs) / 1000;
  process.stdout.write(`${name}: ${Math.max(0, cases - begun)} cases, ${found} findings, ${seconds.toFixed(1)} s\n`);
  failed += found;
}
process.exitCode = failed > 0 ? 1 : 0;

function keep(name: string, index: number): void {
  const folder = join(KEPT, name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `seed-${seed}-${index}.bin`), caseOf(name, seed, index));
}

function stateFile(name: string): string {
  return join(STATE, `${name}-${seed}.json`);
}

function readState(name: string): number {
  try {
    return (JSON.parse(readFileSync(stateFile(name), 'utf8')) as { next: number }).next;
  } catch {
    return 0;
  }
}

function writeState(name: string, next: number): void {
  mkdirSync(STATE, { recursive: true });
  writeFileSync(stateFile(name), JSON.stringify({ next }));
}
