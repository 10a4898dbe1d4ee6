import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Report } from '../../src/model/report.ts';
import { runCli } from '../helpers/run-cli.ts';
import { spawnService } from '../helpers/spawn-service.ts';
import type { BottleneckCase } from './cases.ts';

export interface Driven {
  readonly report: Report;
  /** Run folder and reports, where they were asked for. */
  readonly folder: string;
}

/** Starts the service, soaks it with the tool as a user would, and reads the report. Throws when there is none. */
export async function driveCase(
  one: BottleneckCase,
  seconds: number,
  options: { readonly keep?: string; readonly nodePath?: string } = {},
): Promise<Driven> {
  const { keep, nodePath } = options;
  const folder = keep ?? mkdtempSync(join(tmpdir(), 'bottleneck-'));
  // A run folder is never written over, and the report of an earlier run would be read instead.
  for (const part of ['run', 'report']) rmSync(join(folder, part), { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const scenario = join(folder, 'scenario.json');
  const load = { model: 'open', rate: `${one.ratePerSecond}/s`, duration: '1m' };
  writeFileSync(
    scenario,
    JSON.stringify({ name: one.service, baseUrl: 'http://127.0.0.1:3000', load, tasks: one.tasks }, null, 2),
  );
  const script = `test/targets/${one.service}/main.mjs`;
  const service = await spawnService(script, {
    args: ['--fault', one.fault],
    ...(nodePath === undefined ? {} : { nodePath }),
  });
  try {
    const target = ['--pid', String(service.pid), '--url', service.baseUrl, '--scenario', scenario];
    const output = ['--out', join(folder, 'run'), '--report-dir', join(folder, 'report')];
    const length = ['--seconds', String(seconds), '--snapshots', String(one.snapshots)];
    const { stderr } = await runCli(['soak', ...target, ...length, ...output]);
    const file = join(folder, 'report', 'report.json');
    if (!existsSync(file)) throw new Error(`${one.name}: no report\n${stderr}`);
    return { report: JSON.parse(readFileSync(file, 'utf8')) as Report, folder };
  } finally {
    await service.stop();
    if (keep === undefined) rmSync(folder, { recursive: true, force: true });
  }
}
