import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Report } from '../../src/model/report.ts';
import { nodeVersion } from '../helpers/node-versions.ts';
import { findPostgres, type PostgresCluster, startPostgres } from '../helpers/postgres.ts';
import { installPublished } from '../helpers/published-packages.ts';
import { runCli } from '../helpers/run-cli.ts';
import { spawnService } from '../helpers/spawn-service.ts';
import type { AccuracyCase } from './accuracy-case.ts';
import { judge } from './judge.ts';
import { type FreshResult, freshFolder } from './result-store.ts';
import { scenarioOf } from './scenario-of.ts';
import { serviceNamed } from './services.ts';

/**
 * Why a case cannot be driven on this machine, or null. Where CI is set nothing may be missing: it fails. Published
 * packages that the service runs are fetched when they are missing.
 */
export function missingFor(one: AccuracyCase): string | null {
  const { skip } = nodeVersion(one.nodeMajor);
  if (skip !== false) return skip;
  const { needsPostgres, script } = serviceNamed(one.service);
  if (needsPostgres && findPostgres() === null && !process.env.CI) return 'PostgreSQL is not installed here';
  return installPublished(script);
}

/**
 * Starts the service, soaks it with the tool as a user would, and reads the report. The run folder stays when the
 * report is wrong. `onStart` is given the pid of the tool. Null: the tool wrote no report.
 */
export async function driveCase(
  one: AccuracyCase,
  repeat: number,
  onStart: (pid: number) => void,
): Promise<FreshResult | null> {
  const { script, needsPostgres } = serviceNamed(one.service);
  const folder = freshFolder(one, repeat);
  const scenario = join(folder, 'scenario.json');
  writeFileSync(scenario, JSON.stringify(scenarioOf(one), null, 2));
  const database: PostgresCluster | null = needsPostgres ? await startPostgres() : null;
  try {
    const service = await spawnService(script, {
      args: ['--fault', one.fault],
      nodePath: nodeVersion(one.nodeMajor).binary,
      env: { DATABASE_URL: database?.url },
    });
    try {
      const target = ['--pid', String(service.pid), '--url', service.baseUrl, '--scenario', scenario];
      const output = ['--out', join(folder, 'run'), '--report-dir', join(folder, 'report')];
      const words = ['soak', ...target, '--seconds', String(one.seconds), ...output];
      const { code, stderr } = await runCli(words, { onStart });
      writeFileSync(join(folder, 'stderr.txt'), `${stderr}\n-- service --\n${service.stderr()}`);
      return readReport(one, folder, code);
    } finally {
      await service.stop();
    }
  } finally {
    await database?.stop();
  }
}

function readReport(one: AccuracyCase, folder: string, exitCode: number | null): FreshResult | null {
  // 2 and 3 end before a run, 130 was stopped: neither says anything of the method.
  if (exitCode === null || [2, 3, 130].includes(exitCode)) return null;
  const file = join(folder, 'report', 'report.json');
  if (!existsSync(file)) return null;
  const report = JSON.parse(readFileSync(file, 'utf8')) as Report;
  if (judge(one, report).isRight) rmSync(join(folder, 'run'), { recursive: true, force: true });
  const { run, verdict, findings, checked } = report;
  return { exitCode, report: { run, verdict, findings, checked } };
}
