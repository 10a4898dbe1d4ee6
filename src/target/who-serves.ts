import { pidsHolding, socketsInNamespaceOf } from './listening-sockets.ts';
import { looksLikeNode } from './node-binary.ts';
import { clusterWorkersOf } from './process-facts.ts';

/**
 * Who answers on this port of this host. The primary of a cluster holds the sockets of its workers, and hands on what
 * comes: the service are the workers.
 */
export function pidsServing(port: number): readonly number[] {
  const holders = pidsHolding(socketsInNamespaceOf('self').filter((socket) => socket.port === port));
  const serving = holders.flatMap((pid) => {
    const workers = looksLikeNode(pid) ? clusterWorkersOf(pid) : [];
    return workers.length > 0 ? workers : [pid];
  });
  return [...new Set(serving)];
}
