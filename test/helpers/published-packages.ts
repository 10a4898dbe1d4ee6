import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { skipIfMissing } from './missing-part.ts';

/** A package of npm that a service runs in two releases; its key in `packages.json` is the name of the fault. */
export interface PublishedPackage {
  readonly package: string;
  readonly leaky: string;
  readonly fixed: string;
  /** Where the leak was reported: `owner/repository#number`. */
  readonly issue: string;
}

const INSTALLER = 'scripts/install-leaky-packages.mjs';

/** Of the service with this script; none for most. */
export function publishedPackages(script: string): Readonly<Record<string, PublishedPackage>> {
  const list = join(dirname(script), 'packages.json');
  return existsSync(list) ? (JSON.parse(readFileSync(list, 'utf8')) as Record<string, PublishedPackage>) : {};
}

/** For the `skip` of a test: why the service cannot run, false when it can. Nothing is skipped where CI is set. */
export function skipIfNotPublished(script: string): string | false {
  return skipIfMissing(`a package of ${script} (node ${INSTALLER})`, areInstalled(script));
}

/** Fills the cache when a package is missing in it. Answers what npm said when it could not, else null. */
export function installPublished(script: string): string | null {
  if (areInstalled(script)) return null;
  const { status, stderr } = spawnSync(process.execPath, [INSTALLER], { encoding: 'utf8' });
  return status === 0 ? null : stderr;
}

function areInstalled(script: string): boolean {
  const cache = process.env.PROFILER_PACKAGE_CACHE || join(homedir(), '.cache', 'soak-profiler-packages');
  return Object.values(publishedPackages(script)).every(({ package: name, leaky, fixed }) =>
    [leaky, fixed].every((version) => existsSync(join(cache, `${name.replace('/', '+')}@${version}`))),
  );
}
