import { readdirSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AddonName, BuiltAddon, NativeBuild } from '../../model/addon.ts';
import { TargetFiles } from '../target-files.ts';

/** Where a process runs that an add-on is to be loaded into. Pid null: elsewhere, so nothing can be looked up. */
export interface AddonSite {
  readonly pid: number | null;
  readonly cwd: string;
}

/**
 * Where an add-on is installed so that this process sees it under the same path: in the folder of the service first,
 * whose npm has built it for its Node, then in ours. `folder`: one that somebody named.
 */
export function findAddon(name: AddonName, site: AddonSite, folder: string | null): BuiltAddon | null {
  const root = rootOf(site);
  if (root === null) return folder === null ? null : { name, path: folder, version: null, builds: [] };
  const places = folder === null ? installedAt(name, site.cwd) : [folder, join(folder, 'node_modules', name)];
  for (const place of places) {
    const addon = readAddon(name, root, place);
    if (addon) return addon;
  }
  return null;
}

/** The prefix of the paths of the process, as seen from here. */
export function rootOf({ pid }: AddonSite): string | null {
  if (pid === null) return null;
  const files = new TargetFiles();
  files.look(pid);
  return files.root(pid);
}

function installedAt(name: AddonName, cwd: string): string[] {
  const here = dirname(fileURLToPath(import.meta.url));
  return [cwd, process.cwd(), here].filter(Boolean).flatMap((from) => modulesAbove(from).map((at) => join(at, name)));
}

function modulesAbove(folder: string): string[] {
  const above = posix.dirname(folder);
  return [posix.join(folder, 'node_modules'), ...(above === folder ? [] : modulesAbove(above))];
}

function readAddon(name: AddonName, root: string, place: string): BuiltAddon | null {
  try {
    const manifest = JSON.parse(readFileSync(`${root}${place}/package.json`, 'utf8')) as {
      readonly name?: unknown;
      readonly version?: unknown;
    };
    if (manifest.name !== name) return null;
    const path = root === '' ? realpathSync(place) : place;
    return { name, path, version: String(manifest.version), builds: readBuilds(`${root}${path}`) };
  } catch {
    return null;
  }
}

/** Where npm has put what the compiler made: by Node's own rule, or by that of node-pre-gyp with the ABI in its path. */
function readBuilds(folder: string): NativeBuild[] {
  const built = join(folder, 'build');
  return namesBelow(built)
    .filter((file) => /^(binding\/)?Release\/(node-v\d+-[^/]+\/)?[^/]+\.node$/.test(file))
    .map((file) => ({
      file: join(built, file),
      abi: /\/node-v(\d+)-/.exec(file)?.[1] ?? abiOfConfiguration(join(built, 'config.gypi')),
      libc: libcOf(join(built, file)),
    }));
}

function namesBelow(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true }).map(String);
  } catch {
    return [];
  }
}

function abiOfConfiguration(file: string): string | null {
  try {
    return /"node_module_version":\s*"?(\d+)/.exec(readFileSync(file, 'utf8'))?.[1] ?? null;
  } catch {
    return null;
  }
}

function libcOf(file: string): NativeBuild['libc'] {
  try {
    const bytes = readFileSync(file);
    if (bytes.includes('libc.musl-')) return 'musl';
    return bytes.includes('libc.so.6') ? 'glibc' : null;
  } catch {
    return null;
  }
}
