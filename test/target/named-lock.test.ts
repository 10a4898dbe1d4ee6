import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { askHolder, isThisProcess, tryLock } from '../../src/target/named-lock.ts';
import { poll } from '../../src/target/poll.ts';
import { nodeVersions } from '../helpers/node-versions.ts';
import { killAndWait } from './start-target.ts';

const MODULE = join(import.meta.dirname, '../../src/target/named-lock.js');

/** Another process, of any version of Node, that holds the lock until it ends. */
async function startHolder(t: TestContext, name: string, binary: string): Promise<ChildProcess> {
  const program = `import { tryLock } from ${JSON.stringify(MODULE)};
    const lock = await tryLock(${JSON.stringify(name)});
    console.log(lock ? 'held' : 'refused');
    setInterval(() => {}, 1000);`;
  const child = spawn(binary, ['--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => killAndWait(child));
  const [text] = await once(child.stdout, 'data');
  assert.equal(String(text).trim(), 'held');
  return child;
}

// The tool itself runs on Node 20 and above.
for (const { major, binary, skip } of nodeVersions().filter((one) => one.major >= 20)) {
  test(`a lock that Node ${major} holds is seen, its holder named, and free when that has died`, {
    skip,
  }, async (t) => {
    const name = `test-${process.pid}-${major}`;
    const child = await startHolder(t, name, binary);
    assert.equal(await tryLock(name), null);
    const holder = await askHolder(name);
    assert.ok(holder !== null && holder !== 'unknown');
    assert.equal(holder.pid, child.pid);
    assert.equal(isThisProcess(holder), false);
    await killAndWait(child);
    assert.equal(await askHolder(name), null);
    const lock = await tryLock(name);
    assert.ok(lock);
    const own = await askHolder(name);
    assert.ok(own !== null && own !== 'unknown' && isThisProcess(own));
    lock.release();
    assert.ok(await poll(async () => ((await askHolder(name)) === null ? true : null), 5_000));
  });
}

test('a holder that does not answer is named all the same', async (t) => {
  const name = `test-${process.pid}-stopped`;
  const child = await startHolder(t, name, process.execPath);
  child.kill('SIGSTOP');
  const holder = await askHolder(name);
  assert.ok(holder !== null && holder !== 'unknown');
  assert.equal(holder.pid, child.pid);
});
