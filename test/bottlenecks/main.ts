// Drives services with a planted bottleneck and their healthy twins with the tool itself, and prints what it said:
//   npm run accuracy:bottlenecks -- [WORDS] [--seconds 30] [--node PATH] [--keep FOLDER] [--write]
// WORDS narrow by name. --keep leaves run folders and reports; --write puts the table into docs/bottlenecks.md.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { CASES } from './cases.ts';
import { driveCase } from './drive-case.ts';
import { judge } from './judge.ts';

const DOCUMENT = 'docs/bottlenecks.md';
const TABLE_MARK = '<!-- table -->';

const { values: options, positionals: wanted } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string', default: '30' },
    node: { type: 'string', default: process.execPath },
    keep: { type: 'string' },
    write: { type: 'boolean', default: false },
  },
});
const node = execFileSync(options.node, ['--version'], { encoding: 'utf8' }).trim();
const rows: string[] = [];
let areAllRight = true;
for (const one of CASES.filter(({ name }) => wanted.length === 0 || wanted.some((word) => name.includes(word)))) {
  const { report } = await driveCase(one, Number(options.seconds), {
    nodePath: options.node,
    ...(options.keep === undefined ? {} : { keep: join(options.keep, one.name.replace('/', '-')) }),
  });
  const { isRight, said } = judge(one, report);
  areAllRight &&= isRight;
  process.stderr.write(`${isRight ? 'right' : 'WRONG'}  ${one.name}  ${said.join(' | ') || 'nothing'}\n`);
  const cell = said.map((text) => text.replaceAll('|', '/')).join('<br>') || 'nothing';
  rows.push(
    `| ${one.name} | ${one.expected === null ? 'healthy twin' : one.about} | ${node} | ${isRight ? 'yes' : '**no**'} | ${cell} |`,
  );
}
const table = [
  '| service | what it does | Node | right | what the report says |',
  '|---|---|---|---|---|',
  ...rows,
].join('\n');
process.stdout.write(`${table}\n`);
if (options.write) {
  const [head] = readFileSync(DOCUMENT, 'utf8').split(TABLE_MARK);
  writeFileSync(DOCUMENT, `${head}${TABLE_MARK}\n\n${table}\n`);
}
process.exitCode = areAllRight ? 0 : 1;
