import { pidsHolding, socketsInNamespaceOf } from './listening-sockets.ts';
import { type ProcessFacts, readProcessFacts } from './process-facts.ts';

/**
 * Whether the process no longer listens, and another Node process does where it did: it only finishes what it has begun,
 * and new requests go to its successor. `inspectorPort`: of its inspector, which is no service.
 */
export function hasHandedOver(facts: ProcessFacts, inspectorPort: number): boolean {
  const before = facts.listening?.filter(({ port }) => port !== inspectorPort) ?? [];
  const ports = new Set(before.map(({ port }) => port));
  const now = socketsInNamespaceOf(facts.pid).filter(({ port }) => ports.has(port));
  // One table is read while all is as it was; whose descriptors they are is asked only where it is not.
  if (now.some(({ inode }) => before.some((socket) => socket.inode === inode))) return false;
  const holders = pidsHolding(now);
  return !holders.includes(facts.pid) && holders.some((pid) => readProcessFacts(pid)?.isNode);
}
