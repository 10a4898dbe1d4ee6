import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { readRun } from '../../src/record/read-run.ts';
import { seededRandom } from '../format/seeded-random.ts';
import { temporaryFolder } from './example-run.ts';

const CHILD = fileURLToPath(new URL('./writing-child.js', import.meta.url));

/** Lets the child write, kills it without warning, and returns the number of the last sample it spoke of. */
async function writeUntilKilled(dir: string, lifeMs: number): Promise<number> {
  const child = spawn(process.execPath, [CHILD, dir, '20'], { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    said += text;
  });
  await once(child.stdout, 'data');
  await new Promise((resolve) => setTimeout(resolve, lifeMs));
  child.kill('SIGKILL');
  await once(child, 'close');
  return Number(said.trimEnd().split('\n').at(-1));
}

/** Lines wait for the disk and no longer: on a busy one that is more than the pause between two samples. */
const SAMPLES_UNDER_WAY = 5;

test('20 writers killed at random times: the runs are read, and mostly not even one sample is lost', {
  timeout: 120_000,
}, async (context) => {
  const folder = temporaryFolder(context);
  const random = seededRandom(41);
  const lives = Array.from({ length: 20 }, () => random() * 300);
  let whole = 0;
  for (let first = 0; first < lives.length; first += 4) {
    await Promise.all(
      lives.slice(first, first + 4).map(async (lifeMs, index) => {
        const dir = join(folder, String(first + index));
        const last = await writeUntilKilled(dir, lifeMs);
        const { samples, events, manifest, damage } = await readRun(dir);
        const numbers = samples.map(({ values }) => (values['requests.served'] ?? Number.NaN) / 10);
        assert.deepEqual(
          numbers,
          numbers.map((_, n) => n),
          'no hole',
        );
        if (numbers.length >= last) whole += 1;
        assert.ok(numbers.length >= last - SAMPLES_UNDER_WAY, `${last + 1} handed over, ${numbers.length} read`);
        // Its event is written after the sample, and may be one further behind.
        assert.ok(events.length >= last - 1 - SAMPLES_UNDER_WAY, `${events.length} of ${last + 1} events`);
        assert.match(manifest.id, /^at \d+$|^2026/);
        assert.ok(damage.length <= 2, JSON.stringify(damage));
      }),
    );
  }
  assert.ok(whole >= 15, `${whole} of 20 lost at most one sample`);
});
