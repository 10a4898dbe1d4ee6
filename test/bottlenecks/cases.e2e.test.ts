import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CASES } from './cases.ts';
import { driveCase } from './drive-case.ts';
import { judge } from './judge.ts';

const SECONDS = 15;

// One that is seen in CPU profiles, and its twin under the same load; all others: npm run accuracy:bottlenecks.
for (const name of ['storefront/sync-hash', 'storefront/sync-hash-healthy']) {
  test(`${name}: the culprit is named, and nobody else`, async () => {
    const one = CASES.find((candidate) => candidate.name === name)!;
    const { report } = await driveCase(one, SECONDS);
    const { isRight, said } = judge(one, report);
    assert.ok(isRight, said.join('\n') || 'the report names nothing');
  });
}
