// Drives the planted leaks and the healthy look-alikes with the tool itself and prints how often it is right:
//   npm run accuracy -- [WORDS] [--cut ci] [--repeats N] [--jobs N] [--fresh | --stale | --misjudged | --table] [--write]
// WORDS narrow by name. Results stay in .cache/accuracy: what was interrupted goes on. --fresh drives the chosen cases
// again, --stale those whose result is of an older build of the tool, --misjudged those that came out wrong, --table none.
// --regime NAME (or all, or big-heaps) drives other traffic and circumstances instead, by a driver that is not the tool's own;
// --seconds N for so long each, --max-pause LENGTH where the machine is too busy for the limit of a large heap.
// --jobs N drives so many at once. --write puts the table into docs/accuracy.md. The cut for CI drives up to two misjudged
// cases once more. The last line says how many passed; the exit code is 1 when one failed.
import { readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { type AccuracyCase, isHealthy } from './accuracy-case.ts';
import { CASES } from './cases.ts';
import { driveCase, missingFor } from './drive-case.ts';
import { judge } from './judge.ts';
import { driveRegimes } from './regimes/drive-regimes.ts';
import { readResult, type StoredResult, toolBuild, writeResult } from './result-store.ts';
import { type Row, tableOf } from './table.ts';

const DOCUMENT = 'docs/accuracy.md';
/** More than two of twelve are no chance any more, and the cut has ten minutes. */
const MAX_RETRIES = 2;

const { values: options, positionals: wanted } = parseArgs({
  allowPositionals: true,
  options: {
    cut: { type: 'string' },
    repeats: { type: 'string', default: '1' },
    jobs: { type: 'string', default: '1' },
    fresh: { type: 'boolean', default: false },
    stale: { type: 'boolean', default: false },
    misjudged: { type: 'boolean', default: false },
    table: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    regime: { type: 'string' },
    seconds: { type: 'string' },
    'max-pause': { type: 'string' },
  },
});
if (options.cut !== undefined && options.cut !== 'ci') {
  throw new Error(`there is no cut "${options.cut}", only "ci"`);
}

if (options.regime !== undefined) {
  const { table, failed } = await driveRegimes({
    name: options.regime,
    words: wanted,
    isCiCut: options.cut === 'ci',
    isFresh: options.fresh,
    isTableOnly: options.table,
    jobs: Number(options.jobs),
    repeats: Number(options.repeats),
    seconds: options.seconds === undefined ? null : Number(options.seconds),
    maxPause: options['max-pause'] ?? null,
  });
  process.stdout.write(`${table}\n${failed} failed\n`);
  if (options.write) writeDocument(table, options.regime.startsWith('big-heap') ? 'big heaps' : 'regimes');
  process.exit(failed === 0 ? 0 : 1);
}

const build = toolBuild();
const tools = new Set<number>();
let isStopped = false;
let retryCount = 0;
process.once('SIGINT', () => {
  isStopped = true;
  say('stopping; what is done is kept');
  for (const pid of tools) process.kill(pid, 'SIGINT');
});

const chosen = CASES.filter(
  ({ name, isInCiCut }) =>
    (options.cut === undefined || isInCiCut) && (wanted.length === 0 || wanted.some((word) => isMeant(name, word))),
);
const runs = Array.from({ length: Number(options.repeats) }, (_, i) =>
  chosen.map((one) => ({ one, repeat: i + 1 })),
).flat();
if (!options.table) {
  const waiting = [...runs];
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next && !isStopped; next = waiting.shift()) await drive(next.one, next.repeat);
  };
  await Promise.all(Array.from({ length: Number(options.jobs) }, work));
}
const rows = runs.flatMap(({ one, repeat }): Row[] => {
  const result = readResult(one, repeat);
  return result === null ? [] : [{ one, repeat, result }];
});
const table = tableOf(rows);
process.stdout.write(`${table}\n`);
const olderCount = rows.filter(({ result }) => result.tool !== build).length;
if (olderCount > 0)
  say(`${olderCount} of ${rows.length} results are of an older build of the tool (--stale drives them again)`);
if (options.write) writeDocument(table, 'table');
const passedCount = rows.filter(({ one, result }) => judge(one, result.report).isRight).length;
// In the cut for CI what could not be driven has failed as well.
const failedCount = (options.cut === undefined ? rows.length : chosen.length * Number(options.repeats)) - passedCount;
process.stdout.write(`${passedCount} passed, ${failedCount} failed\n`);
process.exitCode = isStopped ? 130 : failedCount === 0 && passedCount > 0 ? 0 : 1;

async function drive(one: AccuracyCase, repeat: number): Promise<void> {
  const known = readResult(one, repeat);
  if (known !== null && !isWantedAgain(one, known)) return;
  const missing = missingFor(one);
  if (missing !== null) return say(`${one.name}: skipped, ${missing}`);
  if ((await driveOnce(one, repeat)) || isStopped || options.cut === undefined || retryCount === MAX_RETRIES) return;
  retryCount += 1;
  say(`retry  ${one.name}`);
  await driveOnce(one, repeat);
}

/** Says and answers whether the report was right. */
async function driveOnce(one: AccuracyCase, repeat: number): Promise<boolean> {
  let tool = 0;
  const result = await driveCase(one, repeat, (pid) => {
    tool = pid;
    tools.add(pid);
  });
  tools.delete(tool);
  if (isStopped) return false;
  if (result === null) {
    say(`${one.name}: no report; see .cache/accuracy`);
    return false;
  }
  writeResult(one, repeat, result);
  const { isRight, first } = judge(one, result.report);
  const said = first === null ? 'nothing accused' : `${first.confidence} ${first.kind}: ${first.title}`;
  say(`${isRight ? 'right' : 'WRONG'}  ${isHealthy(one) ? 'healthy' : 'leak   '}  ${one.name}  ${said}`);
  return isRight;
}

/** A whole name means its case alone, not its variants as well. */
function isMeant(name: string, word: string): boolean {
  return CASES.some((one) => one.name === word) ? name === word : name.includes(word);
}

function isWantedAgain(one: AccuracyCase, known: StoredResult): boolean {
  if (options.misjudged && !judge(one, known.report).isRight) return true;
  return options.fresh || (options.stale && known.tool !== build);
}

function writeDocument(text: string, name: 'table' | 'regimes' | 'big heaps'): void {
  const [mark, end] = [`<!-- ${name} -->`, `<!-- end of the ${name} -->`];
  const [head, rest = ''] = readFileSync(DOCUMENT, 'utf8').split(mark);
  const [, tail = '\n'] = rest.split(end);
  writeFileSync(DOCUMENT, `${head}${mark}\n\n${text}\n\n${end}${tail}`);
}

function say(words: string): void {
  process.stderr.write(`${words}\n`);
}
