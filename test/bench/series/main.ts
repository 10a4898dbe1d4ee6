// Synthetic series of known truth, judged as a soak judges its own: `npm run bench:series -- [--quick | --rounds N] [--part tuning|held-out]`.
// Prints false alarms a class, recall by size, slope error, coverage of the time to a limit. Ctrl-C prints what is there.
// docs/series-benchmark.md holds a result; --write puts a new one there.
import process from 'node:process';
import { parseArgs } from 'node:util';
import { Driver, type Outcome } from './outcomes.ts';
import { planTasks } from './plan-tasks.ts';
import { tablesOf } from './tables.ts';

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '6' },
    part: { type: 'string' },
    worst: { type: 'boolean', default: false },
  },
});
const rounds = options.quick ? 1 : Number(options.rounds);
const parts = (['tuning', 'held-out'] as const).filter((part) => options.part === undefined || options.part === part);

let isStopped = false;
process.once('SIGINT', () => {
  isStopped = true;
});

const driver = new Driver();
for (const part of parts) {
  const outcomes: Outcome[] = [];
  const tasks = planTasks(part, rounds);
  const startMs = Date.now();
  for (const [i, task] of tasks.entries()) {
    if (isStopped) break;
    outcomes.push(...driver.run(task));
    if (i % 50 === 0) {
      process.stderr.write(`\r${part} ${i} of ${tasks.length} runs, ${Math.round((Date.now() - startMs) / 1000)} s `);
      // Lets an interruption through.
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  process.stderr.write('\n');
  process.stdout.write(`${tablesOf(part, outcomes)}\n`);
}
