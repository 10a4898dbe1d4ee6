import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Report } from '../../src/model/report.ts';
import { type CliOptions, type CliResult, runCli } from '../helpers/run-cli.ts';

export interface SoakResult extends CliResult {
  readonly runDir: string;
  readonly reportDir: string;
  /** Reads report.json as it stands. */
  report(): Report;
}

/** Runs `profiler WORDS` with folders of its own, which go with the test. */
export async function soakInFolder(
  t: TestContext,
  words: readonly string[],
  options: CliOptions = {},
): Promise<SoakResult> {
  const folder = mkdtempSync(join(tmpdir(), 'profiler-e2e-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const runDir = join(folder, 'run');
  const reportDir = join(folder, 'report');
  const result = await runCli([...words, '--out', runDir, '--report-dir', reportDir], options);
  return {
    ...result,
    runDir,
    reportDir,
    report: () => JSON.parse(readFileSync(join(reportDir, 'report.json'), 'utf8')) as Report,
  };
}
