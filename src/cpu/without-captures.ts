import type { CpuProfile } from '../model/profiles.ts';
import type { TimeRange } from './merge-windows.ts';

const IDLE = '(idle)';

/**
 * A profile in which the time of captures is idle: what stood on the stack while a heap snapshot was written ran no longer for
 * that. Times on V8's clock.
 */
export function withoutCaptures(profile: CpuProfile, captures: readonly TimeRange[]): CpuProfile {
  const touching = captures.filter(({ fromUs, toUs }) => fromUs < profile.endTime && toUs > profile.startTime);
  if (touching.length === 0) return profile;
  const { nodes, idle } = withIdle(profile.nodes);
  let clock = profile.startTime;
  const samples = profile.samples.map((id, i) => {
    clock += profile.timeDeltas[i] ?? 0;
    return touching.some(({ fromUs, toUs }) => clock >= fromUs && clock < toUs) ? idle : id;
  });
  return { ...profile, nodes, samples };
}

function withIdle(nodes: CpuProfile['nodes']): { readonly nodes: CpuProfile['nodes']; readonly idle: number } {
  const known = nodes.find(({ callFrame: { functionName, url } }) => functionName === IDLE && url === '');
  if (known) return { nodes, idle: known.id };
  const children = new Set(nodes.flatMap((node) => node.children ?? []));
  const idle = 1 + nodes.reduce((most, { id }) => Math.max(most, id), 0);
  const callFrame = { functionName: IDLE, scriptId: '0', url: '', lineNumber: -1, columnNumber: -1 };
  const withChild = nodes.map((node) =>
    children.has(node.id) ? node : { ...node, children: [...(node.children ?? []), idle] },
  );
  return { nodes: [...withChild, { id: idle, callFrame, hitCount: 0 }], idle };
}
