// Drives services that leak with the whole tool and asks of each report whether it names the statement that adds:
//   npm run accuracy:lines -- [--cases WORDS] [--seconds 24] [--jobs 1] [--keep FOLDER] [--markdown]
// The last line says how many; the exit code is 1 where fewer than 90 % are named rightly.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import type { Report } from '../../src/model/report.ts';
import { runCli } from '../helpers/run-cli.ts';
import { spawnService } from '../helpers/spawn-service.ts';
import { BUILT_CASES } from './cases-built.ts';
import { JAVASCRIPT_CASES } from './cases-javascript.ts';
import { judgeLines, type LineVerdict } from './judge-lines.ts';
import type { LineCase } from './line-case.ts';
import { writeCase } from './write-case.ts';

const GOAL = 0.9;

const { values: options } = parseArgs({
  options: {
    cases: { type: 'string', default: '' },
    seconds: { type: 'string', default: '24' },
    jobs: { type: 'string', default: '1' },
    keep: { type: 'string' },
    markdown: { type: 'boolean', default: false },
  },
});

const say = (text: string): void => void process.stdout.write(`${text}\n`);
const words = options.cases.split(',').filter(Boolean);
const cases = [...JAVASCRIPT_CASES, ...BUILT_CASES].filter(
  ({ name }) => words.length === 0 || words.some((word) => name.includes(word)),
);

async function drive(one: LineCase): Promise<LineVerdict> {
  const written = writeCase(one);
  const kept = options.keep ? join(options.keep, one.name) : join(written.folder, 'soak');
  rmSync(kept, { recursive: true, force: true });
  mkdirSync(kept, { recursive: true });
  const scenario = join(kept, 'scenario.json');
  const task = { weight: 1, request: { name: 'hit', path: '/' }, expect: { status: 200 } };
  const load = { model: 'open', rate: '60/s', duration: '1m' };
  writeFileSync(scenario, JSON.stringify({ name: one.name, baseUrl: 'http://127.0.0.1:1', load, tasks: [task] }));
  const service = await spawnService(join(written.folder, written.script), { nodeArgs: ['--inspect-port=0'] });
  try {
    const target = ['--pid', String(service.pid), '--url', service.baseUrl, '--scenario', scenario];
    const output = ['--out', join(kept, 'run'), '--report-dir', join(kept, 'report')];
    const { stderr } = await runCli([
      'soak',
      ...target,
      '--seconds',
      options.seconds,
      '--max-pause',
      '120s',
      ...output,
    ]);
    writeFileSync(join(kept, 'stderr.txt'), stderr);
    const report = JSON.parse(readFileSync(join(kept, 'report', 'report.json'), 'utf8')) as Report;
    return judgeLines(one, written.expected, report);
  } finally {
    await service.stop();
    rmSync(written.folder, { recursive: true, force: true });
  }
}

const verdicts: LineVerdict[] = [];
const queue = cases.values();
await Promise.all(
  Array.from({ length: Number(options.jobs) }, async () => {
    for (const one of queue) {
      const verdict = await drive(one).catch(
        (error: Error): LineVerdict => ({
          name: one.name,
          leak: one.leak,
          build: one.build,
          isRight: false,
          main: null,
          removedRight: null,
          said: error.message,
        }),
      );
      verdicts.push(verdict);
      say(`${verdict.isRight ? 'right' : 'WRONG'} ${one.name}: ${verdict.said}`);
    }
  }),
);
if (options.markdown) {
  say('| case | what leaks | built | adding statement | named in the report | removing statement |');
  say('|---|---|---|---|---|---|');
  for (const { name, leak, build, isRight, main, removedRight } of verdicts.sort((a, b) =>
    a.name.localeCompare(b.name),
  ))
    say(
      `| ${name} | ${leak} | ${build} | ${isRight ? 'yes' : '**no**'} | ${main ?? ''} | ${removedRight === null ? '' : removedRight ? 'yes' : '**no**'} |`,
    );
}
const right = verdicts.filter(({ isRight }) => isRight).length;
say(`${right} of ${verdicts.length} adding statements named rightly`);
process.exitCode = right >= GOAL * verdicts.length ? 0 : 1;
