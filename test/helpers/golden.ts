import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Compares a text with test/golden/<name>; with UPDATE_GOLDEN=1 in the environment it writes the file instead. */
export function assertGolden(name: string, actual: string): void {
  const file = join('test/golden', name);
  if (process.env.UPDATE_GOLDEN === '1') {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, actual);
    return;
  }
  assert.equal(
    actual,
    readFileSync(file, 'utf8'),
    `${file} differs; UPDATE_GOLDEN=1 rewrites it if the change is meant`,
  );
}
