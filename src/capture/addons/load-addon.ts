import { readFileSync } from 'node:fs';
import { type AddonName, INSTEAD_OF_ADDON, judgeAddon, type TargetAbi } from '../../model/addon.ts';
import { ProfilerError } from '../../model/errors.ts';
import { EXIT } from '../../model/exit-codes.ts';
import type { Attachment } from '../../target/attachment.ts';
import { InspectorError, takeIn } from '../../target/inspector-error.ts';
import type { InspectorSession } from '../../target/session.ts';
import { callInTarget } from '../../target/target-registry.ts';
import { type AddonSite, findAddon } from './find-addon.ts';

/** To load one takes a moment: some read a hundred files. */
const LOAD_DEADLINE_MS = 60_000;

/** Where the attached process runs. */
export function siteOf({ facts, process }: Pick<Attachment, 'facts' | 'process'>): AddonSite {
  return { pid: process?.pid ?? null, cwd: facts.cwd };
}

export interface AddonRequest {
  readonly session: InspectorSession;
  readonly site: AddonSite;
  /** Where it is, if somebody said so. */
  readonly folder: string | null;
}

/**
 * Brings an add-on into the process, where it stays until that ends: V8 cannot unload one. Returns its path there. Throws
 * a ProfilerError (exit 3) where it does not fit; the process was not touched then but to ask for its version.
 */
export async function loadAddon(name: AddonName, { session, site, folder }: AddonRequest): Promise<string> {
  const verdict = judgeAddon(name, findAddon(name, site, folder), await readAbi(session, site));
  if (!verdict.usable) throw unusable(name, verdict.reason, verdict.fix);
  const { path } = verdict.addon;
  try {
    await session.evaluateInTurn(callInTarget(loadInto, path), { deadlineMs: LOAD_DEADLINE_MS });
  } catch (error) {
    if (!(error instanceof InspectorError) || error.reason !== 'exception') throw error;
    throw unusable(
      name,
      `it could not be loaded into the service (${error.message.split('\n')[0]})`,
      'Under the permission model add --allow-addons.',
    );
  }
  return path;
}

async function readAbi(session: InspectorSession, { pid }: AddonSite): Promise<TargetAbi> {
  const answer = await session.evaluate<{ readonly version: string; readonly modules: string }>(
    '({ version: process.version, modules: process.versions.modules })',
  );
  const { version, modules } = takeIn('Runtime.evaluate', () => ({
    version: String(answer.version),
    modules: String(answer.modules),
  }));
  return { nodeVersion: version, modules, libc: pid === null ? null : libcOfProcess(pid) };
}

/** By the loader that it was started with. */
export function libcOfProcess(pid: number): TargetAbi['libc'] {
  try {
    const maps = readFileSync(`/proc/${pid}/maps`, 'utf8');
    if (maps.includes('/ld-musl-')) return 'musl';
    return /\/libc(\.so\.6|-2\.\d+\.so)/.test(maps) ? 'glibc' : null;
  } catch {
    return null;
  }
}

/** Runs in the target. heapdump would listen to SIGUSR2 from then on, and v8-profiler-next adds itself to `process`. */
function loadInto(path: string): void {
  const { createRequire } = require('node:module') as typeof import('node:module');
  const before = process.env.NODE_HEAPDUMP_OPTIONS;
  const had = Object.hasOwn(process, 'profiler');
  process.env.NODE_HEAPDUMP_OPTIONS = 'nosignal';
  try {
    createRequire(`${path}/package.json`)(path);
  } finally {
    if (before === undefined) delete process.env.NODE_HEAPDUMP_OPTIONS;
    else process.env.NODE_HEAPDUMP_OPTIONS = before;
    if (!had) delete (process as { profiler?: unknown }).profiler;
  }
}

function unusable(name: AddonName, reason: string, hint: string): ProfilerError {
  const words = [hint, INSTEAD_OF_ADDON[name]].filter(Boolean).join('\n');
  return new ProfilerError('addon-unusable', EXIT.attachFailed, `${name} cannot be used: ${reason}.`, words);
}
