import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { makeTemporaryFolder } from '../files/temporary-folder.ts';
import { writeAtomically } from '../files/write-atomically.ts';
import { safeText } from '../format/profile-for-0x.ts';
import { ProfilerError } from '../model/errors.ts';
import { EXIT } from '../model/exit-codes.ts';
import type { CpuProfile } from '../model/profiles.ts';

/** The part of 0x that is used: it writes a page and says where. It has no types of its own. */
type ZeroX = (options: {
  readonly visualizeCpuProfile: string;
  readonly outputHtml: string;
  readonly workingDir: string;
  readonly title: string;
}) => Promise<string>;

const PACKAGE = '0x';

/**
 * Draws a profile (made by `profileFor0x`) with the `0x` package of the user. Throws a ProfilerError (exit 2) without one.
 */
export async function renderWith0x(profile: CpuProfile, title: string): Promise<Uint8Array> {
  const draw = load0x();
  const { dir: workingDir, remove } = makeTemporaryFolder();
  try {
    const visualizeCpuProfile = join(workingDir, 'normalised.cpuprofile');
    await writeAtomically(visualizeCpuProfile, JSON.stringify(profile));
    const drawn = join(workingDir, 'drawn.html');
    await draw({ visualizeCpuProfile, outputHtml: drawn, workingDir, title: safeText(title) });
    return await readFile(drawn);
  } finally {
    remove();
  }
}

/** Looks next to this package first, then where the command is run: under npx the two differ. */
function load0x(): ZeroX {
  const places = [import.meta.url, pathToFileURL(join(process.cwd(), 'package.json')).href];
  for (const place of places) {
    const require = createRequire(place);
    try {
      require.resolve(PACKAGE);
    } catch {
      continue;
    }
    return require(PACKAGE) as ZeroX;
  }
  throw new ProfilerError(
    'package-missing',
    EXIT.usage,
    '--format 0x needs the package 0x, which is not installed.',
    'Install it beside this one (npm install --save-dev 0x), or use --format html, which needs no package.',
  );
}
