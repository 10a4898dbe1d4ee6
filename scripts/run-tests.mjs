// Runs the compiled tests with node:test. Files named *.serial.test.js start real targets on the inspector's default
// port, so they run one after the other, after all others. Arguments narrow by substring: `npm test -- heap record`.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const files = readdirSync('dist/test', { recursive: true })
  .map((name) => join('dist/test', String(name)))
  .filter((name) => name.endsWith('.test.js'))
  .sort();
const wanted = process.argv.slice(2);
const chosen = wanted.length === 0 ? files : files.filter((file) => wanted.some((word) => file.includes(word)));
const serial = chosen.filter((file) => file.endsWith('.serial.test.js'));
const parallel = chosen.filter((file) => !serial.includes(file));

let failed = false;
for (const [group, extra] of [
  [parallel, []],
  [serial, ['--test-concurrency=1']],
]) {
  if (group.length === 0) continue;
  const run = spawnSync(process.execPath, ['--enable-source-maps', '--test', ...extra, ...group], { stdio: 'inherit' });
  failed ||= run.status !== 0;
}
if (chosen.length === 0) {
  console.error(`No test file matches ${wanted.join(', ')}.`);
  failed = true;
}
process.exitCode = failed ? 1 : 0;
