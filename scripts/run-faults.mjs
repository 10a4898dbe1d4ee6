// All endurance faults by one command: `npm run test:faults`, and a short form: `npm run test:faults -- --cut`. Each is
// a command or test file that exists by itself; the last lines say which of them failed. One that fails holds up no other.
import { spawnSync } from 'node:child_process';
import process from 'node:process';

const isCut = process.argv.includes('--cut');
const tests = (...words) => ['scripts/run-tests.mjs', ...words];
/** What is injected, the command, and its arguments in the short form: null leaves it out. */
const FAULTS = [
  ['kill -9 of the tool at moments all over a soak', ['dist/test/damage/kill-loop.js', '200'], ['3']],
  ['each call on the disk fails (report)', ['dist/test/files/disk-faults.js'], ['1']],
  ['the service ends while we are attached', ['dist/test/exit/main.js'], null],
  ['write, sync, rename and open fail (recording)', tests('record/failing-disk'), []],
  ['disk full and freed', tests('record/full-disk', 'e2e/full-disk'), []],
  ['size of files and number of descriptors limited', tests('record/file-size-limit', 'files/refusing-disk'), []],
  ['clock jumps and suspend', tests('analysis/clock-jumps', 'capture/ticker'), []],
  ['no local port is left', tests('load/few-ports'), []],
  ['two tools on one service', tests('cli/second-instance'), []],
  ['restarts, SIGHUP, SIGSTOP, kill -9 of the tool', tests('e2e/restart', 'e2e/accidents'), []],
  ['killed for lack of memory', tests('e2e/cause-of-death'), []],
  ['the inspector is dropped', tests('soak/lost-instruments', 'target/let-go'), []],
  ['the tool is stopped', tests('target/frozen'), null],
];

const failed = [];
for (const [what, [script, ...args], short] of FAULTS) {
  if (isCut && short === null) continue;
  const words = isCut && short.length > 0 ? short : args;
  process.stdout.write(`\n${what}\n`);
  const { status } = spawnSync(process.execPath, ['--enable-source-maps', script, ...words], { stdio: 'inherit' });
  if (status !== 0) failed.push(what);
}
process.stdout.write(failed.length === 0 ? '\nall faults were survived\n' : `\nFAILED:\n  ${failed.join('\n  ')}\n`);
process.exitCode = failed.length === 0 ? 0 : 1;
