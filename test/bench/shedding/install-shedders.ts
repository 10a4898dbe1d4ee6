import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const SHEDDERS = ['overload-protection@1.2.3', 'toobusy-js@0.5.1', '@fastify/under-pressure@9.2.0', 'fastify@5.12.8'];

/** The folder that holds the packages, fetched on first use: beside the project, whose dependencies they are not. */
export function installShedders(): string {
  const cache = process.env.PROFILER_PACKAGE_CACHE || join(homedir(), '.cache', 'soak-profiler-packages');
  const folder = join(cache, 'shedders');
  if (existsSync(folder)) return folder;
  mkdirSync(cache, { recursive: true });
  const work = mkdtempSync(join(cache, 'unpack-'));
  try {
    const options = ['--no-save', '--ignore-scripts', '--no-audit', '--no-fund'];
    const npm = spawnSync('npm', ['install', '--prefix', work, ...options, ...SHEDDERS], {
      encoding: 'utf8',
      timeout: 120_000,
    });
    if (npm.status !== 0) throw new Error(`npm could not fetch ${SHEDDERS.join(', ')}: ${npm.stderr || npm.error}`);
    renameSync(work, folder);
    return folder;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
