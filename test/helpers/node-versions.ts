import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { skipIfMissing } from './missing-part.ts';

/** A Node to run a target with. */
export interface NodeVersion {
  readonly major: number;
  readonly binary: string;
  /** Why it cannot be used, for `test(..., { skip })`; false when it can. Where CI is set nothing is skipped: it fails. */
  readonly skip: string | false;
}

const SUPPORTED_MAJORS = [18, 20, 22, 24, 26];

/** Every Node that a target may run on: this one, and those that scripts/install-node-versions.mjs put into the cache. */
export function nodeVersions(): NodeVersion[] {
  return SUPPORTED_MAJORS.map(nodeVersion);
}

export function nodeVersion(major: number): NodeVersion {
  if (Number(process.versions.node.split('.')[0]) === major) return { major, binary: process.execPath, skip: false };
  const cache = process.env.PROFILER_NODE_CACHE || join(homedir(), '.cache', 'soak-profiler-nodes');
  const binary = join(cache, String(major), 'bin', 'node');
  const part = `Node ${major} (node scripts/install-node-versions.mjs)`;
  return { major, binary, skip: skipIfMissing(part, existsSync(binary)) };
}
