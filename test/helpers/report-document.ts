import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Finding } from '../../src/model/finding.ts';
import type { HeapGrowth } from '../../src/model/heap-growth.ts';
import type { ReportDocument } from '../../src/model/report-document.ts';
import { readManifest } from '../../src/record/read-manifest.ts';
import { analyseRun } from '../../src/study/analyse-run.ts';

/**
 * Reports of runs that the tool recorded (`node scripts/write-report-fixtures.mjs`), as today's analysis judges them. Their
 * heap snapshots were compared when they were recorded: growth.json is what came out, and files of their size without
 * content stand for them.
 */
async function read(name: string): Promise<ReportDocument> {
  const folder = mkdtempSync(join(tmpdir(), 'recorded-run-'));
  try {
    cpSync(`test/fixtures/runs/${name}`, folder, { recursive: true });
    const { snapshots } = await readManifest(folder);
    mkdirSync(join(folder, 'heap'), { recursive: true });
    for (const { file, bytes } of snapshots) {
      writeFileSync(join(folder, file), '');
      truncateSync(join(folder, file), bytes);
    }
    const growth = JSON.parse(readFileSync(join(folder, 'growth.json'), 'utf8')) as HeapGrowth | null;
    const options = { onProgress: () => undefined, toolVersion: '0.1.0', growth, program: 'profiler' };
    const document = await analyseRun(folder, options);
    return JSON.parse(JSON.stringify(document).replaceAll(folder, `profiles/${name}`)) as ReportDocument;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const documents = { leak: await read('leak'), healthy: await read('healthy'), scarce: await read('scarce') };

/** A soak of 60 s over a service that keeps a listener of every quote. */
export const leakDocument = (): ReportDocument => documents.leak;

/** The same service without the leak: nothing grows, and the report says how small a leak it could have seen. */
export const healthyDocument = (): ReportDocument => documents.healthy;

/** The same service, gone after four seconds: nothing could be judged. */
export const scarceDocument = (): ReportDocument => documents.scarce;

const leak = documents.leak.report.findings.find(({ kind }) => kind === 'listener-leak');
if (!leak) throw new Error('the leak that was recorded is no finding of its run');

/** What is wrong in the run with a leak. */
export const RECORDED_LEAK: Finding = leak;
