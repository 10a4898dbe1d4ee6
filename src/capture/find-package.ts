import { posix } from 'node:path';
import { readRegularFileSync } from '../files/regular-file.ts';
import type { ToHostPath } from './read-source-map.ts';

export interface PackageFacts {
  readonly packageRoot: string | null;
  readonly packageName: string | null;
  readonly packageVersion: string | null;
}

/** One that is larger is no package.json. */
const MAX_BYTES = 4 * 1024 * 1024;
const NONE: PackageFacts = { packageRoot: null, packageName: null, packageVersion: null };

/**
 * The package that a folder belongs to: the nearest package.json with a name, else the nearest of all (an application
 * need not have one). A nameless one in between says `{"type": "module"}` of a part of a package; the search ends at
 * a `node_modules` folder, above which another package begins. `known` keeps what was found, by folder.
 */
export function findPackage(folder: string, toHostPath: ToHostPath, known: Map<string, PackageFacts>): PackageFacts {
  const cached = known.get(folder);
  if (cached) return cached;
  const own = readPackage(folder, toHostPath);
  const parent = posix.dirname(folder);
  const isTop = parent === folder || posix.basename(folder) === 'node_modules';
  const above = own?.packageName || isTop ? NONE : findPackage(parent, toHostPath, known);
  const found = own?.packageName || above.packageRoot === null ? (own ?? NONE) : pickNamed(own, above);
  known.set(folder, found);
  return found;
}

function pickNamed(own: PackageFacts | null, above: PackageFacts): PackageFacts {
  return own && above.packageName === null ? own : above;
}

function readPackage(folder: string, toHostPath: ToHostPath): PackageFacts | null {
  try {
    const file = toHostPath(posix.join(folder, 'package.json'));
    const text = readRegularFileSync(file, { maxBytes: MAX_BYTES }).toString('utf8');
    const { name, version } = JSON.parse(text) as { readonly name?: unknown; readonly version?: unknown };
    return {
      packageRoot: folder,
      packageName: typeof name === 'string' && name !== '' ? name : null,
      packageVersion: typeof version === 'string' ? version : null,
    };
  } catch {
    return null;
  }
}
