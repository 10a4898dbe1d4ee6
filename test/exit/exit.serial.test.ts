import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nodeVersion, nodeVersions } from '../helpers/node-versions.ts';
import { countedMs, type Ending, LIMIT_MS, measureExit, WATCHERS } from './measure-exit.ts';

// A cut; `npm run test:exit` measures each way to end with each command on each Node.

const TRIES = 3;
const WORKERS = ['--workers', '2', '--brief-worker'];

for (const { major, binary, skip } of nodeVersions()) {
  test(`Node ${major}: process.exit() in a service with worker threads, in the midst of a driven soak`, { skip }, () =>
    assertExitsAsFast({ binary, by: 'exit', watcher: 'soak, driven', args: WORKERS }),
  );
}

const { binary } = nodeVersion(20);
const CASES: readonly (readonly [Ending, string])[] = [
  ['graceful', 'soak, watched'],
  ['natural', 'top'],
  ['graceful', 'cpu'],
  ['exit', 'heap snapshot, in the midst'],
  ['throw', 'load --port'],
  ['default', 'soak, watched'],
];
for (const [by, watcher] of CASES) {
  test(`an exit (${by}) takes no longer with ${watcher}`, () => assertExitsAsFast({ binary, by, watcher, args: [] }));
}

test('Ctrl-Z does not pause what a service could not exit for', () =>
  assertExitsAsFast({ binary, by: 'exit', watcher: 'soak, watched', args: [], signalTool: 'SIGTSTP' }));

/** A connection that holds the service up does so every time; a busy machine does not. */
async function assertExitsAsFast(options: {
  readonly binary: string;
  readonly by: Ending;
  readonly watcher: string;
  readonly args: readonly string[];
  readonly signalTool?: NodeJS.Signals;
}): Promise<void> {
  const watcher = WATCHERS.find(({ name }) => name === options.watcher);
  assert.ok(watcher);
  const longerMs: number[] = [];
  while (longerMs.length < TRIES) {
    const alone = await measureExit({ ...options, watcher: null });
    const watched = await measureExit({ ...options, watcher });
    assert.equal(watched.exit, alone.exit, `it ends as it does without us: ${watched.words}`);
    longerMs.push(countedMs(watcher, watched) - alone.totalMs);
    if ((longerMs.at(-1) ?? 0) <= LIMIT_MS) return;
  }
  assert.fail(`the exit takes ${longerMs.map(Math.round).join(', ')} ms longer while ${watcher.name} is attached`);
}
