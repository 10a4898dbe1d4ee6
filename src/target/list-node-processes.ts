import { looksLikeNode } from './node-binary.ts';
import { listPids } from './proc.ts';
import { type ProcessFacts, readProcessFacts } from './process-facts.ts';

/** The Node processes of this host that can be seen, those that listen first, then the largest. Ours are left in, marked. */
export function listNodeProcesses(): ProcessFacts[] {
  const programs = new Map<string, boolean>();
  return listPids()
    .filter((pid) => looksLikeNode(pid, programs))
    .map(readProcessFacts)
    .filter((facts) => facts !== null)
    .filter((facts) => facts.isNode && facts.state !== 'Z')
    .sort((a, b) => Number(listens(b)) - Number(listens(a)) || b.rssBytes - a.rssBytes);
}

function listens(facts: ProcessFacts): boolean {
  return facts.listening !== null && facts.listening.length > 0;
}
