import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Fault, makeReference, reportWithFault } from './report-with-fault.ts';

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
const most = Number(process.argv[2] ?? 60);
const folder = mkdtempSync(join(tmpdir(), 'profiler-disk-faults-'));
try {
  const reference = await makeReference(folder);
  const faults: Fault[] = FAULTS.flatMap(([call, errnos]) =>
    errnos.flatMap((errno) => Array.from({ length: most }, (_, index) => ({ call, errno, k: index + 1 }))),
  );
  let wrong = 0;
  let refused = 0;
  const queue = faults.values();
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (const fault of queue) {
        const { code, problem } = await reportWithFault(reference, folder, fault);
        rmSync(join(folder, `${fault.call}-${fault.errno}-${fault.k}`), { recursive: true, force: true });
        if (code === 6) refused += 1;
        if (problem === null) continue;
        wrong += 1;
        process.stdout.write(`${problem}\n`);
      }
    }),
  );
  process.stdout.write(`${faults.length} faults, ${refused} ended with exit 6, ${wrong} with something wrong\n`);
  process.exitCode = wrong === 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
