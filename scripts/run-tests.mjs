// Runs the compiled tests with node:test. Arguments narrow by substring: `npm test -- heap record`.
//
// Files named *.quiet.test.js measure time that they need the machine for, so each runs alone, first.
//
// Files named *.serial.test.js start real targets on the inspector's default port. Where namespaces can be made (Linux, as
// root or with user namespaces), each has a loopback and a list of processes of its own, and a few run at once; elsewhere
// they run one after the other. All others run side by side before them.
import { spawn, spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';

/** Most tests wait for a service rather than compute. */
const SIDE_BY_SIDE = availableParallelism() + 1;
const LANES = availableParallelism();

const ISOLATED = [
  ...['unshare', ...(process.getuid?.() === 0 ? [] : ['--map-root-user']), '--net', '--pid', '--fork', '--mount-proc'],
  ...['--kill-child', 'sh', '-c', 'ip link set lo up && exec "$@"', 'sh'],
];

const files = readdirSync('dist/test', { recursive: true })
  .map((name) => join('dist/test', String(name)))
  .filter((name) => name.endsWith('.test.js'))
  .sort();
const wanted = process.argv.slice(2);
const chosen = wanted.length === 0 ? files : files.filter((file) => wanted.some((word) => file.includes(word)));
const serial = chosen.filter((file) => file.endsWith('.serial.test.js'));
const quiet = chosen.filter((file) => file.endsWith('.quiet.test.js'));
const parallel = chosen.filter((file) => !serial.includes(file) && !quiet.includes(file));

/** A file that never ends (a failed test that left a process behind) fails, and does not hold up the rest for ever. */
const FILE_TIMEOUT_MS = 20 * 60_000;
const nodeTest = (...args) => [
  ...[process.execPath, '--enable-source-maps', '--test', `--test-timeout=${FILE_TIMEOUT_MS}`],
  ...args,
];

/** Exit code of a command; what it prints is shown as a whole when it ends, so that lanes do not mix. */
function run([command, ...args]) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const printed = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => printed.push(chunk));
  return new Promise((resolve) => {
    child.once('error', () => resolve(1));
    child.once('close', (code) => {
      process.stdout.write(Buffer.concat(printed));
      resolve(code ?? 1);
    });
  });
}

async function runInLanes(queue) {
  let failed = false;
  const lane = async () => {
    for (const file of queue) failed = (await run([...ISOLATED, ...nodeTest(file)])) !== 0 || failed;
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return failed;
}

function runAtOnce(group, concurrency) {
  const [command, ...args] = nodeTest(`--test-concurrency=${concurrency}`, ...group);
  return spawnSync(command, args, { stdio: 'inherit' }).status !== 0;
}

let failed = false;
if (quiet.length > 0) failed = runAtOnce(quiet, 1) || failed;
if (parallel.length > 0) failed = runAtOnce(parallel, SIDE_BY_SIDE) || failed;
if (serial.length > 0) {
  const canIsolate = spawnSync(ISOLATED[0], [...ISOLATED.slice(1), 'true']).status === 0;
  failed = (canIsolate ? await runInLanes(serial.values()) : runAtOnce(serial, 1)) || failed;
}
if (chosen.length === 0) {
  console.error(`No test file matches ${wanted.join(', ')}.`);
  failed = true;
}
process.exitCode = failed ? 1 : 0;
