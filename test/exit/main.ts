// How much longer a service takes to exit while we are attached: each way to end, each command, each Node.
//   npm run test:exit [-- WORD...]      only the rows that contain all words, as in `20 driven`
// Exit code 1 where a row is over the limit. Takes some twenty minutes.
import { type NodeVersion, nodeVersions } from '../helpers/node-versions.ts';
import { countedMs, ENDINGS, type Ending, LIMIT_MS, measureExit, median, WATCHERS } from './measure-exit.ts';

const TIMES = 3;
const THREADS: readonly { readonly name: string; readonly args: readonly string[] }[] = [
  { name: 'no workers', args: [] },
  { name: 'two workers', args: ['--workers', '2', '--brief-worker'] },
];
const wanted = process.argv.slice(2);
const print = (line: string): boolean => process.stdout.write(`${line}\n`);

/** One way to end on one Node: alone, and with each command that is wanted. Returns how many rows are over the limit. */
async function measureRows(
  { major, binary }: NodeVersion,
  by: Ending,
  { name: threads, args }: (typeof THREADS)[number],
): Promise<number> {
  const chosen = WATCHERS.filter(({ name }) =>
    wanted.every((word) => `${major} ${by} ${threads} ${name}`.includes(word)),
  );
  if (chosen.length === 0) return 0;
  const alone = await repeat(async () => (await measureExit({ binary, by, watcher: null, args })).totalMs);
  let over = 0;
  for (const watcher of chosen) {
    const measure = async (): Promise<number> => countedMs(watcher, await measureExit({ binary, by, watcher, args }));
    const first = await measure();
    // A connection that holds the service up does so every time; a busy machine does not.
    const watched = first - alone <= LIMIT_MS ? first : await repeat(measure);
    const isOver = watched - alone > LIMIT_MS;
    if (isOver) over += 1;
    const figures = [alone, watched, watched - alone].map((ms) => ms.toFixed(0)).join(' | ');
    print(`| ${major} | ${by} | ${threads} | ${watcher.name} | ${figures} |${isOver ? ' OVER' : ''}`);
  }
  return over;
}

async function repeat(measure: () => Promise<number>): Promise<number> {
  const times: number[] = [];
  while (times.length < TIMES) times.push(await measure());
  return median(times);
}

print('| Node | ending | threads | attached | alone, ms | watched, ms | longer by, ms |');
print('|---|---|---|---|---|---|---|');
let over = 0;
for (const version of nodeVersions()) {
  if (version.skip) {
    print(`| ${version.major} | ${version.skip} | | | | | |`);
    continue;
  }
  for (const by of ENDINGS) for (const threads of THREADS) over += await measureRows(version, by, threads);
}
print(`${over} rows are over ${LIMIT_MS} ms`);
process.exitCode = over > 0 ? 1 : 0;
