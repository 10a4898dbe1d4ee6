import { spawn } from 'node:child_process';
import { setPriority } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { shownPath } from '../../files/shown-path.ts';
import { EXIT } from '../../model/exit-codes.ts';

const MAIN = fileURLToPath(new URL('../main.js', import.meta.url));
const LOW_PRIORITY = 10;
/** Any verdict is fine, also "not enough data": the report was written. */
const WRITTEN: readonly (number | null)[] = [EXIT.passed, EXIT.gateFailed, EXIT.notEnoughData];

/** A report of a run that is being recorded, by another process, so that no sample is late. What became of it, as text. */
export function reportSoFar(runDir: string, reportDir: string): Promise<string> {
  return new Promise((resolve) => {
    const words = [MAIN, 'report', runDir, '--report-dir', reportDir, '--quiet', '--json'];
    const child = spawn(process.execPath, words, { stdio: ['ignore', 'ignore', 'pipe'] });
    if (child.pid !== undefined) lower(child.pid);
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-500);
    });
    child.once('error', (error) => resolve(`no report: ${error.message}`));
    child.once('close', (code) =>
      resolve(
        WRITTEN.includes(code)
          ? `report of the run so far: ${shownPath(join(reportDir, 'index.html'))}`
          : `no report (exit code ${code}): ${said.trim()}`,
      ),
    );
  });
}

/** The service and the samples come first. */
function lower(pid: number): void {
  try {
    setPriority(pid, LOW_PRIORITY);
  } catch {
    // It has ended already, or the system does not allow it.
  }
}
