import type { HeapGraph } from '../heap-graph.ts';
import { isOddId } from './ids.ts';
import type { SignatureTree } from './signature-tree.ts';
import { NOT_REACHED, type SpanningTree } from './spanning-tree.ts';

/** What is kept of a snapshot once its graph is dropped: objects and bytes by signature. */
export interface SignatureSums {
  readonly count: Float64Array;
  /** Own bytes of the objects with exactly this signature. */
  readonly bytes: Float64Array;
  readonly totalBytes: number;
  /** Highest odd id: an odd id above it was born later, within one id epoch. */
  readonly highestId: number;
}

export function sumBySignature(graph: HeapGraph, spanning: SpanningTree, tree: SignatureTree): SignatureSums {
  const { nodeCount, selfSize, nodeId } = graph;
  const { signatureOf } = spanning;
  const count = new Float64Array(tree.count);
  const bytes = new Float64Array(tree.count);
  let totalBytes = 0;
  let highestId = 0;
  for (let node = 0; node < nodeCount; node++) {
    totalBytes += selfSize[node]!;
    const id = nodeId[node]!;
    if (isOddId(id) && id > highestId) highestId = id;
    const signature = signatureOf[node]!;
    if (signature === NOT_REACHED) continue;
    count[signature] = count[signature]! + 1;
    bytes[signature] = bytes[signature]! + selfSize[node]!;
  }
  return { count, bytes, totalBytes, highestId };
}
