import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cpSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runCli } from '../helpers/run-cli.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const MAIN = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));

const SCENARIO = resolve('test/targets/scenarios/http-service.yaml');

/** What happens when somebody types it there. */
function typed(command: string, cwd: string): Promise<{ readonly code: number; readonly stderr: string }> {
  const script = `profiler() { '${process.execPath}' '${MAIN}' "$@"; }\n${command}`;
  return new Promise((resolve) => {
    execFile('sh', ['-c', script], { cwd }, (error, _, stderr) =>
      resolve({ code: error ? Number(error.code ?? -1) : 0, stderr }),
    );
  });
}

interface ReportJson {
  readonly findings: readonly { readonly verify: string }[];
}

test('the command to check a fix finds the run, wherever it was put and from where the report was made', async (t) => {
  const folder = temporaryFolder(t);
  const elsewhere = temporaryFolder(t);
  const run = join(folder, 'my runs', "last night's");
  cpSync('profiles/example', run, { recursive: true });
  for (const [cwd, expected] of [
    [folder, "verify 'my runs/last night'\\''s'"],
    [elsewhere, `verify '${join(folder, 'my runs')}/last night'\\''s'`],
  ] as const) {
    const made = await runCli(['report', run, '--report-dir', join(elsewhere, 'report')], { cwd });
    const report: ReportJson = JSON.parse(readFileSync(join(elsewhere, 'report', 'report.json'), 'utf8'));
    const [finding] = report.findings;
    assert.ok(finding, made.stdout + made.stderr);
    assert.ok(finding.verify.includes(expected), finding.verify);
    // A run of an earlier version, which kept no file of its scenario: that is left to be filled in.
    assert.match(finding.verify, / --scenario FILE$/);
    // The run is found; its service is not running here.
    const { code, stderr } = await typed(finding.verify.replace(/FILE$/, SCENARIO), cwd);
    assert.ok(code === 2 || code === 3, stderr);
    assert.match(stderr, /to verify: /);
  }
});
