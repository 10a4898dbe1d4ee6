// Fills the cache of published packages that services in test/targets run in two releases: one that leaks, one with the
// fix, as their packages.json says: <cache>/<name>@<version>/node_modules. Outside node_modules of the project, whose
// dependencies they are not. Arguments choose the services; PROFILER_PACKAGE_CACHE chooses the folder.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const TARGETS = 'test/targets';
const cache = process.env.PROFILER_PACKAGE_CACHE || join(homedir(), '.cache', 'soak-profiler-packages');

function install(name, version, companions) {
  const folder = join(cache, `${name.replace('/', '+')}@${version}`);
  if (existsSync(folder)) return 'already there';
  mkdirSync(cache, { recursive: true });
  const work = mkdtempSync(join(cache, 'unpack-'));
  try {
    const options = ['--no-save', '--ignore-scripts', '--no-audit', '--no-fund'];
    const words = ['install', '--prefix', work, ...options, `${name}@${version}`, ...companions];
    const npm = spawnSync('npm', words, { encoding: 'utf8', timeout: 300_000 });
    if (npm.status !== 0) throw new Error(`npm could not fetch ${name}@${version}: ${npm.stderr || npm.error}`);
    if (!existsSync(folder)) renameSync(work, folder);
    return 'installed';
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

const chosen = process.argv.slice(2);
for (const service of readdirSync(TARGETS).sort()) {
  const list = join(TARGETS, service, 'packages.json');
  if (!existsSync(list) || (chosen.length > 0 && !chosen.includes(service))) continue;
  for (const entry of Object.values(JSON.parse(readFileSync(list, 'utf8')))) {
    for (const version of [entry.leaky, entry.fixed]) {
      try {
        console.log(`${entry.package}@${version}: ${install(entry.package, version, entry.with ?? [])}`);
      } catch (error) {
        console.error(error instanceof Error ? error.message : error);
        process.exitCode = 1;
      }
    }
  }
}
