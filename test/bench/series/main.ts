// Synthetic series of known truth, judged as a soak judges its own:
//   npm run bench:series -- [--quick | --rounds N] [--part tuning|held-out] [--write]
// Prints false alarms a class, recall by size of growth, slope error, coverage of the time to a limit. Ctrl-C prints what
// is there so far, which is an even cut of all. --quick leaves out some persistences. --write puts the tables into
// docs/series-benchmark.md.
import { readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { setImmediate } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { CONDITIONS } from './conditions.ts';
import { Driver, type Outcome } from './outcomes.ts';
import { planTasks } from './plan-tasks.ts';
import { type Part, tablesOf } from './tables.ts';

const DOCUMENT = 'docs/series-benchmark.md';
const TABLE_MARK = '<!-- tables -->';
const QUICK_PERSISTENCES: readonly number[] = [0, 0.8, 0.98];

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '4' },
    part: { type: 'string' },
    write: { type: 'boolean', default: false },
  },
});
const parts = (['held-out', 'tuning'] as const).filter((part) => options.part === undefined || options.part === part);
if (parts.length === 0) throw new Error(`there is no part "${options.part}", only "tuning" and "held-out"`);
const rounds = options.quick ? 1 : Number(options.rounds);
if (!(Number.isInteger(rounds) && rounds > 0))
  throw new Error(`--rounds ${options.rounds}: a whole number above 0 is needed`);
const conditions = options.quick
  ? CONDITIONS.filter(({ persistence }) => QUICK_PERSISTENCES.includes(persistence))
  : CONDITIONS;

let isStopped = false;
process.once('SIGINT', () => {
  isStopped = true;
});

const driver = new Driver();
const texts: string[] = [];
for (const part of parts) {
  const text = tablesOf(part, await drive(part));
  process.stdout.write(`${text}\n\n`);
  texts.push(text);
}
if (options.write) {
  const [before = ''] = readFileSync(DOCUMENT, 'utf8').split(TABLE_MARK);
  writeFileSync(DOCUMENT, `${before}${TABLE_MARK}\n\n${texts.join('\n\n')}\n`);
}
process.exitCode = isStopped ? 130 : 0;

async function drive(part: Part): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const tasks = planTasks(part, rounds, conditions);
  for (const [i, task] of tasks.entries()) {
    if (isStopped) break;
    outcomes.push(...driver.run(task));
    if (i % 20 !== 0) continue;
    process.stderr.write(`\r${part}: ${i} of ${tasks.length} runs `);
    // Lets an interruption through.
    await setImmediate();
  }
  process.stderr.write('\n');
  return outcomes;
}
