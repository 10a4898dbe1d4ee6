// A soak is killed without warning at moments all over its length and after; no run that is left may pass.
//   npm run test:kills -- [KILLS]
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readRun } from '../../src/record/read-run.ts';
import { runCli } from '../helpers/run-cli.ts';
import { spawnService } from '../helpers/spawn-service.ts';

const kills = Number(process.argv[2] ?? 20);
const SECONDS = 12;
/** From the first second of the tool to the end of its analysis. */
const LAST_KILL_MS = (SECONDS + 10) * 1000;

let passed = 0;
for (let n = 0; n < kills; n += 1) {
  const folder = mkdtempSync(join(tmpdir(), 'profiler-kill-'));
  const service = await spawnService('test/targets/http-service.mjs');
  const run = join(folder, 'run');
  const afterMs = 1000 + ((LAST_KILL_MS - 1000) * n) / Math.max(1, kills - 1);
  try {
    const { code } = await runCli(
      [
        ...['soak', '--pid', String(service.pid), '--seconds', String(SECONDS), '--snapshots', '3'],
        ...['--scenario', 'test/targets/scenarios/http-service.yaml', '--url', service.baseUrl, '--rate', '60'],
        ...['--fail-on', 'leak', '--out', run, '--report-dir', join(folder, 'report')],
      ],
      {
        onStart: (pid) => {
          setTimeout(() => {
            try {
              process.kill(pid, 'SIGKILL');
            } catch {
              // It had ended by then.
            }
          }, afterMs).unref();
        },
      },
    );
    const isClosed = await readRun(run).then(
      ({ manifest }) => manifest.seal !== undefined,
      () => false,
    );
    const check = await runCli(['check', run]);
    const report = await runCli(['report', run, '--report-dir', join(folder, 'again')]);
    process.stdout.write(
      `killed after ${Math.round(afterMs)} ms: soak ${code ?? 'killed'}, check ${check.code}, report ${report.code}${isClosed ? ' (the recording was closed before)' : ''}\n`,
    );
    assert.equal(check.code, report.code);
    if (!isClosed) assert.notEqual(check.code, 0, 'a run that was not closed passed');
    if (check.code === 0) passed += 1;
  } finally {
    await service.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
process.stdout.write(
  `${kills} kills, none of an open recording passed; ${passed} came after a recording that was closed\n`,
);
