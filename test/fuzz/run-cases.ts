import { closeSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { caseOf } from './case-of.ts';
import { freshFolder, isRefusal, READERS } from './readers.ts';

/**
 * A process of its own that reads case after case: `run-cases READER SEED FROM TO FOLDER`. It writes the number of the
 * case into a file before it begins it, so that whoever watches knows where it hung or died; a wrong ending of a case is
 * written as a line of JSON, and the next case begins.
 */
const [name = '', seed = '', from = '', to = '', folder = ''] = process.argv.slice(2);
/** More memory than this after one case is a finding. */
const MOST_RSS_BYTES = 512 * 1024 * 1024;

const reader = READERS[name];
if (!reader) throw new Error(`no reader ${name}`);
freshFolder(folder);
const progress = openSync(join(folder, 'progress'), 'w');
const number = new Float64Array(1);
let current = Number(from);

const tell = (index: number, what: string): void => {
  process.stdout.write(`${JSON.stringify({ reader: name, index, what })}\n`);
};
process.on('unhandledRejection', (reason) => tell(current, `unhandled rejection: ${words(reason)}`));
process.on('uncaughtException', (error) => tell(current, `uncaught exception: ${words(error)}`));

for (; current < Number(to); current += 1) {
  number[0] = current;
  writeSync(progress, number, 0, 8, 0);
  const bytes = caseOf(name, Number(seed), current);
  try {
    await reader.read(bytes, folder);
  } catch (error) {
    if (!isRefusal(reader, error)) tell(current, words(error));
  }
  if (current % 16 === 0 && process.memoryUsage.rss() > MOST_RSS_BYTES) {
    tell(current, `memory grew to ${Math.round(process.memoryUsage.rss() / 1e6)} MB`);
    current += 1;
    break;
  }
}
closeSync(progress);
writeFileSync(join(folder, 'done'), String(current));
// Timers of what was given up must not hold the process.
process.exit(0);

function words(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message).slice(0, 1500) : String(error);
}
