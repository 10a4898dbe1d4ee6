import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { isRefusal, READERS } from './readers.ts';
import { watchCases } from './watch-cases.ts';

const KEPT = 'test/fuzz/kept';
/** CI goes on from there to 2,000, and `npm run fuzz` to 100,000. */
const CASES = 200;

test('the seeds themselves are read', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'fuzz-seeds-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, { seeds, read }] of Object.entries(READERS)) {
    for (const seed of seeds()) await assert.doesNotReject(async () => read(seed, folder), `seed of ${name}`);
  }
});

test('inputs that were a finding once end in a result or a refusal', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'fuzz-kept-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  for (const name of readdirSync(KEPT)) {
    const reader = READERS[name];
    assert.ok(reader, `no reader ${name}`);
    for (const file of readdirSync(join(KEPT, name))) {
      try {
        await reader.read(readFileSync(join(KEPT, name, file)), folder);
      } catch (error) {
        assert.ok(isRefusal(reader, error), `${name}/${file}: ${(error as Error).stack}`);
      }
    }
  }
});

for (const name of Object.keys(READERS)) {
  test(`${CASES} changed inputs to ${name} end in a result or a refusal, in time`, async () => {
    assert.deepEqual(await watchCases(name, { seed: 1, from: 0, to: CASES }), []);
  });
}
