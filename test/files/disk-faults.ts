import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeReference, reportWithFault } from './report-with-fault.ts';

/**
 * `npm run test:disk-faults [CALLS]`: `profiler report` with every call on the files of its run and its report failing in
 * turn, until none is left to fail (or the given number of each). Prints what is wrong; exit code 1 when something is.
 */
const FAULTS: readonly (readonly [string, readonly string[]])[] = [
  ['openat', ['EMFILE', 'EIO', 'EACCES']],
  ['read', ['EIO']],
  ['write', ['ENOSPC', 'EIO', 'EDQUOT']],
  ['fdatasync', ['EIO', 'ENOSPC']],
  ['fsync', ['EIO']],
  ['rename', ['EIO', 'ENOSPC']],
];
const AT_ONCE = 2;

if (spawnSync('strace', ['-qq', '-o', '/dev/null', 'true']).status !== 0) {
  process.stdout.write(`strace is not there, or may not trace: nothing was tried.\n`);
  process.exit(0);
}
const most = Number(process.argv[2] ?? Number.POSITIVE_INFINITY);
const folder = mkdtempSync(join(tmpdir(), 'profiler-disk-faults-'));
try {
  const reference = await makeReference(folder);
  const series = FAULTS.flatMap(([call, errnos]) => errnos.map((errno) => ({ call, errno }))).values();
  let [tried, refused, wrong] = [0, 0, 0];
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (const { call, errno } of series) {
        let k = 1;
        for (; k <= most; k += 1) {
          const { code, isInjected, problem } = await reportWithFault(reference, folder, { call, errno, k });
          rmSync(join(folder, `${call}-${errno}-${k}`), { recursive: true, force: true });
          if (!isInjected) break;
          tried += 1;
          if (code === 6) refused += 1;
          if (problem === null) continue;
          wrong += 1;
          process.stdout.write(`${problem}\n`);
        }
        process.stdout.write(
          `${call} ${errno}: ${k - 1} calls failed in turn${k > most ? ', and there are more' : ''}\n`,
        );
      }
    }),
  );
  process.stdout.write(`${tried} faults, ${refused} ended with exit 6, ${wrong} with something wrong\n`);
  process.exitCode = wrong === 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
