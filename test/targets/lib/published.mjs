// Packages of npm in the very version that a service asks for, so that one release can be run beside another.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const cache = process.env.PROFILER_PACKAGE_CACHE || join(homedir(), '.cache', 'soak-profiler-packages');

/**
 * The packages that `packages.json` beside a service lists, each by a name of the service. The one whose name is the
 * fault is loaded in the release that leaks, all others in the release with the fix. They are no dependency of the
 * project: scripts/install-leaky-packages.mjs puts them into a cache.
 */
export async function loadPublished(listUrl, fault) {
  const list = JSON.parse(readFileSync(listUrl, 'utf8'));
  const modules = {};
  for (const [name, { package: packageName, leaky, fixed }] of Object.entries(list)) {
    modules[name] = await load(packageName, fault === name ? leaky : fixed);
  }
  return modules;
}

async function load(name, version) {
  const modules = join(cache, `${name.replace('/', '+')}@${version}`, 'node_modules');
  if (!existsSync(join(modules, name))) {
    console.error(`${name}@${version} is not in ${cache}\ninstall it: node scripts/install-leaky-packages.mjs`);
    process.exit(3);
  }
  const loaded = await import(pathToFileURL(createRequire(join(modules, 'x.js')).resolve(name)));
  return loaded.default ?? loaded;
}
