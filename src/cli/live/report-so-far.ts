import { spawn } from 'node:child_process';
import { setPriority } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { readRegularFileSync } from '../../files/regular-file.ts';
import { shownPath } from '../../files/shown-path.ts';
import { EXIT } from '../../model/exit-codes.ts';
import { type Finding, UNKNOWN } from '../../model/finding.ts';
import type { Report } from '../../model/report.ts';
import { formatPlace, placeOfFinding } from '../../words/place.ts';

const MAIN = fileURLToPath(new URL('../main.js', import.meta.url));
const LOW_PRIORITY = 10;
const MOST_REPORT_BYTES = 64 * 1024 * 1024;
/** Any verdict is fine, also "not enough data": the report was written. */
const WRITTEN: readonly (number | null)[] = [EXIT.passed, EXIT.gateFailed, EXIT.notEnoughData];

export interface ReportSoFar {
  /** What became of it. */
  readonly words: string;
  /** Of each class that it names, who holds it and the line; null where no report was written. */
  readonly explained: ReadonlyMap<string, string> | null;
}

/** A report of a run that is being recorded, by another process, so that no sample is late. */
export function reportSoFar(runDir: string, reportDir: string): Promise<ReportSoFar> {
  return new Promise((resolve) => {
    const words = [MAIN, 'report', runDir, '--report-dir', reportDir, '--quiet', '--json'];
    const child = spawn(process.execPath, words, { stdio: ['ignore', 'ignore', 'pipe'] });
    if (child.pid !== undefined) lower(child.pid);
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-500);
    });
    child.once('error', (error) => resolve({ words: `no report: ${error.message}`, explained: null }));
    child.once('close', (code) =>
      resolve(
        WRITTEN.includes(code)
          ? {
              words: `report of the run so far: ${shownPath(join(reportDir, 'index.html'))}`,
              explained: explainedBy(join(reportDir, 'report.json')),
            }
          : { words: `no report (exit code ${code}): ${said.trim()}`, explained: null },
      ),
    );
  });
}

/** Null where it cannot be read: the report itself is there all the same. */
function explainedBy(file: string): ReadonlyMap<string, string> | null {
  try {
    const bytes = readRegularFileSync(file, { maxBytes: MOST_REPORT_BYTES });
    const { findings } = JSON.parse(bytes.toString('utf8')) as Pick<Report, 'findings'>;
    return new Map(findings.flatMap(explanation));
  } catch {
    return null;
  }
}

function explanation(finding: Finding): [name: string, explained: string][] {
  const { subject } = finding;
  const place = placeOfFinding(finding);
  const holder = subject.holder === UNKNOWN ? null : `in ${subject.holder.replaceAll('`', '')}`;
  const words = [holder, place && formatPlace(place)].filter((part) => part !== null).join(', ');
  return words === '' ? [] : [[subject.class, words]];
}

/** The service and the samples come first. */
function lower(pid: number): void {
  try {
    setPriority(pid, LOW_PRIORITY);
  } catch {
    // It has ended already, or the system does not allow it.
  }
}
