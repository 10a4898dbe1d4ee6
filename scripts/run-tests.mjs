// Runs the compiled tests, each file in a process of its own: `npm test`, `npm run test:e2e` for those that drive the whole
// tool against a service for a minute or more. Words narrow by substring, over both: `npm test -- heap record`.
// `npm run test:interop` runs those that need packages of others, and only it does: scripts/install-interop-packages.mjs
// fetches and builds them first, since the isolated ones have no network. Words narrow there as well.
//
// The name of a file says what it needs:
//   *.e2e.test.js     a whole run of the tool; isolated like the serial ones
//   *.serial.test.js  real targets on the inspector's default port. Where namespaces can be made (Linux, as root or with
//                     user namespaces), each has a loopback and a list of processes of its own, and a few run at once;
//                     elsewhere they run one after the other
//   *.interop.test.js needs a package of others in the cache; isolated like the serial ones, one after the other
//   *.quiet.test.js   measures time that it needs the machine for: runs alone, first
//
// --retry: a file that failed runs once more, alone, at the end. One that passes then is named as flaky: that is a defect
// of the test or of the tool, to be understood, but not of the change that met it.
import { spawn, spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';

/** Most tests wait for a service rather than compute. */
const LANES = availableParallelism() + 1;
/** A file that never ends (a failed test that left a process behind) fails, and does not hold up the rest for ever. */
const FILE_TIMEOUT_MS = 20 * 60_000;
const SLOWEST_SHOWN = 8;

const ISOLATED = [
  ...['unshare', ...(process.getuid?.() === 0 ? [] : ['--map-root-user']), '--net', '--pid', '--fork', '--mount-proc'],
  ...['--kill-child', 'sh', '-c', 'ip link set lo up && exec "$@"', 'sh'],
];
const canIsolate = spawnSync(ISOLATED[0], [...ISOLATED.slice(1), 'true']).status === 0;

const words = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const options = process.argv.slice(2).filter((word) => word.startsWith('--'));
const files = readdirSync('dist/test', { recursive: true })
  .map((name) => join('dist/test', String(name)))
  .filter((name) => name.endsWith('.test.js'))
  .sort();
const wantsInterop = options.includes('--interop');
const chosen = files.filter((file) => {
  if (isInterop(file) !== wantsInterop) return false;
  if (words.length > 0) return words.some((word) => file.includes(word));
  return wantsInterop || isEndToEnd(file) === options.includes('--e2e');
});
const quiet = chosen.filter((file) => file.endsWith('.quiet.test.js'));
const shared = chosen.filter(needsInspectorPort);
const free = chosen.filter((file) => !quiet.includes(file) && !shared.includes(file));

const startedMs = performance.now();
const results = [];
await runAll(quiet, 1);
// Those that wait most come first, so that no long one is left for the end.
await runAll(canIsolate ? [...shared, ...free] : free, lanesFor(options));
if (!canIsolate) await runAll(shared, 1);
const flaky = options.includes('--retry') ? await retryFailed() : [];
process.exitCode = summarise();

/** Those that need other programs, browsers among them, would wait for each other. */
function lanesFor(options) {
  if (options.includes('--interop')) return 1;
  return options.includes('--e2e') ? availableParallelism() : LANES;
}

function isInterop(file) {
  return file.endsWith('.interop.test.js');
}

function isEndToEnd(file) {
  return file.endsWith('.e2e.test.js');
}

function needsInspectorPort(file) {
  return isEndToEnd(file) || isInterop(file) || file.endsWith('.serial.test.js');
}

async function runAll(group, lanes) {
  const queue = group.values();
  const lane = async () => {
    for (const file of queue) results.push(await runFile(file));
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

async function retryFailed() {
  const failed = results.filter(({ passed }) => !passed);
  const again = [];
  for (const first of failed) {
    const second = await runFile(first.file);
    if (!second.passed) continue;
    results.splice(results.indexOf(first), 1, second);
    again.push(first.file);
  }
  return again;
}

/** Runs one file and says how it ended; what a failed one printed is shown as a whole, so that lanes do not mix. */
function runFile(file) {
  const node = [process.execPath, '--enable-source-maps', '--test-reporter=tap', file];
  const [command, ...args] = canIsolate && needsInspectorPort(file) ? [...ISOLATED, ...node] : node;
  const fileStartedMs = performance.now();
  // What hints call the program does not depend on what is installed here.
  const env = { SOAK_PROFILER_COMMAND: 'profiler', ...process.env };
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env });
  const printed = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => printed.push(chunk));
  const timer = setTimeout(() => {
    printed.push(Buffer.from(`# not done after ${FILE_TIMEOUT_MS / 60_000} min: killed\n`));
    child.kill('SIGKILL');
  }, FILE_TIMEOUT_MS);
  return new Promise((resolve) => {
    const end = (code) => {
      clearTimeout(timer);
      const text = Buffer.concat(printed).toString();
      const count = (what) => Number(new RegExp(`^# ${what} (\\d+)$`, 'm').exec(text)?.[1] ?? 0);
      const result = {
        file,
        pass: count('pass'),
        fail: count('fail'),
        skipped: count('skipped'),
        seconds: (performance.now() - fileStartedMs) / 1000,
      };
      // A file that ends before its tests have run must not count as passed.
      const passed = code === 0 && result.pass + result.skipped > 0;
      report({ ...result, passed }, text);
      resolve({ ...result, passed });
    };
    child.once('error', (error) => {
      printed.push(Buffer.from(`# ${error.message}\n`));
      end(1);
    });
    child.once('close', end);
  });
}

function report({ file, pass, skipped, seconds, passed }, text) {
  if (!passed) process.stdout.write(text);
  const counts = skipped > 0 ? `${pass} passed, ${skipped} skipped` : `${pass} passed`;
  console.log(`${passed ? 'ok    ' : 'FAILED'} ${sourceOf(file)}: ${counts}, ${seconds.toFixed(1)} s`);
}

function summarise() {
  if (chosen.length === 0) {
    console.error(`No test file matches ${words.join(', ')}.`);
    return 1;
  }
  const slowest = results.toSorted((a, b) => b.seconds - a.seconds).slice(0, SLOWEST_SHOWN);
  console.log(
    `\nslowest: ${slowest.map(({ file, seconds }) => `${sourceOf(file)} ${seconds.toFixed(0)} s`).join(', ')}`,
  );
  for (const file of flaky) console.log(`FLAKY  ${sourceOf(file)} failed, and passed alone: find out why`);
  const failed = results.filter(({ passed }) => !passed);
  for (const { file } of failed)
    console.log(`FAILED ${sourceOf(file)}: npm test -- ${sourceOf(file).slice('test/'.length, -'.ts'.length)}`);
  const total = (what) => results.reduce((sum, result) => sum + result[what], 0);
  console.log(`${results.length} files, ${((performance.now() - startedMs) / 60_000).toFixed(1)} min`);
  // A file may fail without a failed test: it crashed, or ran none.
  const failures = total('fail') + failed.filter(({ fail }) => fail === 0).length;
  console.log(`${total('pass')} passed, ${failures} failed, ${total('skipped')} skipped`);
  return failed.length === 0 ? 0 : 1;
}

function sourceOf(file) {
  return file.replace(/^dist\//, '').replace(/\.js$/, '.ts');
}
