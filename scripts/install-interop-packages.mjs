// Fills the cache of packages of others that `*.interop.test.ts` work with: <cache>/<name>@<version>/node_modules, and for
// add-ons one for each Node line: <cache>/<name>@<version>-node<major>/node_modules. Outside node_modules of the project,
// whose dependencies they are not. PROFILER_INTEROP_CACHE chooses the folder; what is there already is not made again.
// Arguments choose packages by name.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

const LIST = 'test/interop/packages.json';
const cache = process.env.PROFILER_INTEROP_CACHE || join(homedir(), '.cache', 'soak-profiler-interop');
const platformNode = `node-${process.platform}-${process.arch}`;
const INSTALL = ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error'];

/** Installs into a folder that appears when it is whole. */
function install(folder, words, environment = {}) {
  if (existsSync(folder)) return 'already there';
  mkdirSync(cache, { recursive: true });
  const work = mkdtempSync(join(cache, 'unpack-'));
  try {
    // With a package.json of its own npm does not look for one further up, nor for what that allows.
    writeFileSync(join(work, 'package.json'), '{"private":true}');
    const env = { ...process.env, ...environment };
    const npm = spawnSync('npm', [...INSTALL, ...words], { cwd: work, encoding: 'utf8', timeout: 600_000, env });
    if (npm.status !== 0) throw new Error(`npm install ${words.join(' ')} failed: ${npm.stderr || npm.error}`);
    if (!existsSync(folder)) renameSync(work, folder);
    return 'installed';
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** A Node with its headers, from the npm package that carries it. */
function nodeFor(major) {
  const folder = join(cache, `${platformNode}@${major}`);
  install(folder, ['--ignore-scripts', `${platformNode}@${major}`]);
  return join(folder, 'node_modules', platformNode);
}

/** Built from source: what would be downloaded instead comes from hosts that are not the registry. */
function build(folder, wanted, major) {
  if (existsSync(folder)) return 'already there';
  const node = nodeFor(major);
  return install(folder, ['--build-from-source', wanted], {
    PATH: `${join(node, 'bin')}${delimiter}${process.env.PATH}`,
    npm_config_nodedir: node,
  });
}

const chosen = process.argv.slice(2);
for (const { name, version, builtFor } of JSON.parse(readFileSync(LIST, 'utf8'))) {
  if (chosen.length > 0 && !chosen.includes(name)) continue;
  const wanted = `${name}@${version}`;
  const folder = join(cache, wanted.replace('/', '+'));
  for (const major of builtFor ?? [null]) {
    const what = major === null ? wanted : `${wanted} for Node ${major}`;
    try {
      const done =
        major === null ? install(folder, ['--ignore-scripts', wanted]) : build(`${folder}-node${major}`, wanted, major);
      console.log(`${what}: ${done}`);
    } catch (error) {
      console.error(`${what}: ${error instanceof Error ? error.message : error}`);
      process.exitCode = 1;
    }
  }
}
