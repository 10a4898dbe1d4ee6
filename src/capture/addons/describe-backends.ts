import { ADDON_NAMES, type AddonName, abiOf, judgeAddon } from '../../model/addon.ts';
import { nodeVersionOf } from '../../target/node-binary.ts';
import type { ProcessFacts } from '../../target/process-facts.ts';
import { findAddon } from './find-addon.ts';
import { libcOfProcess } from './load-addon.ts';

/** One way to take a capture, and whether this service could be captured by it. */
export interface BackendFacts {
  readonly backend: 'inspector' | AddonName;
  readonly captures: string;
  readonly status: 'works' | 'could' | 'no' | 'unknown';
  readonly detail: string;
  /** What to do; empty if nothing is to be done. */
  readonly fix: string;
}

const CAPTURES: Readonly<Record<AddonName, string>> = {
  'v8-profiler-next': 'CPU profiles (--cpu-backend)',
  heapdump: 'heap snapshots (--heap-backend; not of a worker thread)',
};

/** From what is visible outside: the process is not touched. `mayAttach`: nothing prevents it. */
export function describeBackends(facts: ProcessFacts, mayAttach: boolean): BackendFacts[] {
  if (!facts.isNode) return [];
  const way = facts.agentDoor === null ? 'its inspector' : 'its agent';
  const inspector: BackendFacts = {
    backend: 'inspector',
    captures: 'all captures (default)',
    status: mayAttach ? 'works' : 'no',
    detail: mayAttach ? `through ${way}` : 'see the checks above',
    fix: '',
  };
  const nodeVersion = nodeVersionOf(facts.pid);
  return [inspector, ...ADDON_NAMES.map((name) => describeAddon(name, facts, nodeVersion))];
}

function describeAddon(
  name: AddonName,
  { pid, cwd, nodeFlags }: ProcessFacts,
  nodeVersion: string | null,
): BackendFacts {
  const about = { backend: name, captures: CAPTURES[name] };
  const modules = nodeVersion === null ? null : abiOf(nodeVersion);
  if (nodeVersion === null || modules === null)
    return {
      ...about,
      status: 'unknown',
      detail: `${nodeVersion ?? 'the version of its Node'} is not known here`,
      fix: '',
    };
  if (nodeFlags.some((flag) => /^--(experimental-)?permission$/.test(flag)) && !nodeFlags.includes('--allow-addons'))
    return { ...about, status: 'no', detail: 'the permission model allows no add-ons', fix: 'Add --allow-addons.' };
  const verdict = judgeAddon(name, findAddon(name, { pid, cwd }, null), {
    nodeVersion,
    modules,
    libc: libcOfProcess(pid),
  });
  if (verdict.usable)
    return { ...about, status: 'works', detail: `${verdict.addon.path}, built for ${nodeVersion}`, fix: '' };
  return { ...about, status: verdict.possible ? 'could' : 'no', detail: verdict.reason, fix: verdict.fix };
}
