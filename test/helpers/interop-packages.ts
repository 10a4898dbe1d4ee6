import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { skipIfMissing } from './missing-part.ts';

interface Listed {
  readonly name: string;
  readonly version: string;
}

/** A package of others that scripts/install-interop-packages.mjs has put into the cache. */
export interface InteropPackage {
  /** The folder with its `node_modules`. */
  readonly folder: string;
  /** Of the package itself: what `require` takes. */
  readonly path: string;
  /** For the `skip` of a test: why it cannot be used, false when it can. Nothing is skipped where CI is set. */
  readonly skip: string | false;
}

/** `major`: the Node line that an add-on was built for; null for packages without one. */
export function interopPackage(name: string, major: number | null = null): InteropPackage {
  const list = JSON.parse(readFileSync('test/interop/packages.json', 'utf8')) as readonly Listed[];
  const listed = list.find((one) => one.name === name);
  if (!listed) throw new Error(`${name} is not in test/interop/packages.json`);
  const cache = process.env.PROFILER_INTEROP_CACHE || join(homedir(), '.cache', 'soak-profiler-interop');
  const line = major === null ? '' : `-node${major}`;
  const folder = join(cache, `${name.replace('/', '+')}@${listed.version}${line}`);
  const part = `${name}${line} (node scripts/install-interop-packages.mjs)`;
  return { folder, path: join(folder, 'node_modules', name), skip: skipIfMissing(part, existsSync(folder)) };
}
