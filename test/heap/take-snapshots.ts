import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { promisify } from 'node:util';

export interface Program {
  /** Run once. */
  readonly setUp: string;
  /** Run for each request, with its number `i`. */
  readonly request: string;
  readonly snapshots?: number;
  readonly requestsBetween?: number;
  /** Write the values of numbers into the last one, as a soak does. */
  readonly numbersInLast?: boolean;
  readonly node?: string;
  readonly module?: boolean;
  /** Further files beside it, by name. */
  readonly files?: Readonly<Record<string, string>>;
}

/** Runs a small program in a process of its own and lets it write a snapshot after every few hundred requests. */
export async function takeSnapshots(t: TestContext, program: Program): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'heap-test-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const { snapshots = 3, requestsBetween = 500, module = false, numbersInLast = false } = program;
  for (const [name, text] of Object.entries(program.files ?? {})) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  const service = join(folder, module ? 'service.mjs' : 'service.cjs');
  const imports = module
    ? "import { writeHeapSnapshot } from 'node:v8'; import { setTimeout as sleep } from 'node:timers/promises';"
    : "const { writeHeapSnapshot } = require('node:v8'); const { setTimeout: sleep } = require('node:timers/promises');";
  // The driver is a function called from a timer, so that the program's variables are not on the stack by accident.
  writeFileSync(
    service,
    `${imports}
${program.setUp}
async function drive() {
  for (let round = 0, i = 0; round < ${snapshots}; round++) {
    for (let n = 0; n < ${requestsBetween}; n++, i++) { ${program.request} }
    await sleep(20);
    writeHeapSnapshot(${JSON.stringify(folder)} + '/' + round + '.heapsnapshot', { exposeNumericValues: ${numbersInLast} && round === ${snapshots - 1} });
  }
  process.exit(0);
}
setTimeout(drive, 1);
`,
  );
  await promisify(execFile)(program.node ?? process.execPath, ['--no-warnings', service], { timeout: 60_000 });
  return Array.from({ length: snapshots }, (_, round) => join(folder, `${round}.heapsnapshot`));
}
