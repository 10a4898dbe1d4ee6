import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeOnEnd } from './remove-on-end.ts';

export interface TemporaryFolder {
  readonly dir: string;
  readonly remove: () => void;
}

/** A folder (0700) for what is needed for a moment. It does not outlive the process, unless that is killed. */
export function makeTemporaryFolder(): TemporaryFolder {
  const dir = mkdtempSync(join(tmpdir(), 'soak-profiler-'));
  const removeFolder = (): void => rmSync(dir, { recursive: true, force: true });
  const keep = removeOnEnd(removeFolder);
  return {
    dir,
    remove: () => {
      keep();
      removeFolder();
    },
  };
}
