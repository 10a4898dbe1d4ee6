// Generates services that leak, each holder in each style of program and under each server, with healthy twins; drives
// them over HTTP, compares their heap snapshots, and prints how often the first sentence names the right holder:
//   npm run accuracy:names -- [--holders WORDS] [--styles NAMES] [--servers NAMES] [--nodes 18,20,22,24,26] [--no-twins]
//                             [--every N] [--jobs N] [--verbose]
// Lists are comma separated. --every N takes each N-th of all combinations. Ctrl-C ends after the cases at hand. The last line says how many passed; the exit
// code is 1 where fewer than 98 % of the leaks are named rightly or a twin is accused.
import process from 'node:process';
import { parseArgs } from 'node:util';
import { nodeVersions } from '../helpers/node-versions.ts';
import { HOLDERS, type HolderCase } from './holders.ts';
import { judgeLeak, judgeTwin, sayFirst } from './judge.ts';
import { OLDEST_NODE, SERVERS, type Server, STYLES, type Style, writeProgram } from './programs.ts';
import { growthOfProgram, REQUESTS } from './run-program.ts';

const GOAL = 0.98;

const { values: options } = parseArgs({
  allowNegative: true,
  options: {
    holders: { type: 'string' },
    styles: { type: 'string', default: STYLES.join() },
    servers: { type: 'string', default: SERVERS.join() },
    nodes: { type: 'string', default: '18,20,22,24,26' },
    twins: { type: 'boolean', default: true },
    every: { type: 'string', default: '1' },
    jobs: { type: 'string', default: '2' },
    verbose: { type: 'boolean', default: false },
  },
});

interface Case {
  readonly holder: HolderCase;
  readonly style: Style;
  readonly server: Server;
  readonly major: number;
  readonly binary: string;
  readonly twin: boolean;
}

const listed = (text: string | undefined): string[] => text?.split(',') ?? [];
const words = listed(options.holders);
const all = nodeVersions()
  .filter(({ major, skip }) => skip === false && listed(options.nodes).includes(String(major)))
  .flatMap(({ major, binary }) =>
    HOLDERS.filter(({ name }) => words.length === 0 || words.some((word) => name.includes(word))).flatMap((holder) =>
      STYLES.filter((style) => listed(options.styles).includes(style)).flatMap((style) =>
        SERVERS.filter((server) => listed(options.servers).includes(server) && major >= OLDEST_NODE[server])
          .filter((server) => holder.servers?.includes(server) ?? true)
          .flatMap((server): Case[] =>
            [false, ...(options.twins ? [true] : [])].map((twin) => ({ holder, style, server, major, binary, twin })),
          ),
      ),
    ),
  );
const cases = all.filter((_, index) => index % Number(options.every) === 0);

const tally = { leaks: 0, named: 0, twins: 0, accused: 0 };
const say = (text: string): void => void process.stdout.write(`${text}\n`);

async function drive({ holder, style, server, major, binary, twin }: Case): Promise<void> {
  const requests = holder.requests ?? REQUESTS;
  const label = `${holder.name}, ${style}, ${server}, Node ${major}${twin ? ', healthy twin' : ''}`;
  const growth = await growthOfProgram(writeProgram(holder, style, server, twin), binary, requests).catch(
    (error: Error) => error,
  );
  const problems =
    growth instanceof Error
      ? [growth.message]
      : twin
        ? judgeTwin(growth, requests)
        : judgeLeak(growth, holder, requests);
  if (twin) tally.twins++;
  else tally.leaks++;
  if (problems.length > 0 && twin) tally.accused++;
  if (problems.length === 0 && !twin) tally.named++;
  if (problems.length > 0) say(`WRONG ${label}: ${problems.join('; ')}`);
  else if (options.verbose) say(`right ${label}`);
  if ((problems.length > 0 || options.verbose) && !(growth instanceof Error) && !twin) say(`    ${sayFirst(growth)}`);
}

const queue = cases.values();
let isStopped = false;
process.once('SIGINT', () => {
  isStopped = true;
});
await Promise.all(
  Array.from({ length: Number(options.jobs) }, async () => {
    for (const one of queue) {
      if (isStopped) return;
      await drive(one);
    }
  }),
);
const isGood = tally.named >= GOAL * tally.leaks && tally.accused === 0;
say(`${tally.named} of ${tally.leaks} leaks named rightly, ${tally.accused} of ${tally.twins} healthy twins accused`);
const passed = tally.named + tally.twins - tally.accused;
const driven = tally.leaks + tally.twins;
if (driven < cases.length) say(`interrupted after ${driven} of ${cases.length} cases`);
say(`${passed} passed, ${driven - passed} failed`);
process.exitCode = isGood ? 0 : 1;
