import type { RunConditions } from '../../model/baseline.ts';
import { formatDuration } from '../../model/units.ts';
import * as say from '../../words/baseline.ts';

/** Runs of very different length differ in memory and warm-up whatever the code does. */
const LONGEST_RATIO = 1.5;
/** What a machine reports of its memory varies a little with its kernel. */
const MEMORY_TOLERANCE = 0.05;

/** Why figures of two runs may not be compared with each other, in sentences; empty when they may. */
export function conditionFaults(earlier: RunConditions, later: RunConditions): string[] {
  const faults: string[] = [];
  const differs = (...of: Parameters<typeof say.differs>): number => faults.push(say.differs(...of));
  if (earlier.target !== later.target) differs('target', earlier.target, later.target);
  if (nodeMajor(earlier) !== nodeMajor(later)) {
    differs('node', earlier.node ?? 'unknown', later.node ?? 'unknown');
  }
  const scenarios = [earlier, later].map(({ scenario }) => scenario?.name ?? say.NOT_DRIVEN);
  if (earlier.scenario?.digest !== later.scenario?.digest) {
    const [before = '', after = ''] = scenarios;
    if (before === after) faults.push(say.scenarioChanged(before));
    else differs('scenario', before, after);
  }
  if (!sameHost(earlier.host, later.host)) differs('host', say.hostWords(earlier.host), say.hostWords(later.host));
  const [short, long] = [earlier.durationMs, later.durationMs].toSorted((a, b) => a - b);
  if (short === undefined || long === undefined || long > LONGEST_RATIO * short) {
    differs('length', formatDuration(earlier.durationMs), formatDuration(later.durationMs));
  }
  return faults;
}

function nodeMajor({ node }: RunConditions): string | null {
  return node === null ? null : (/^v?(\d+)/.exec(node)?.[1] ?? node);
}

function sameHost(a: RunConditions['host'], b: RunConditions['host']): boolean {
  const alike = Math.abs(a.memoryBytes - b.memoryBytes) <= MEMORY_TOLERANCE * Math.max(a.memoryBytes, b.memoryBytes);
  return a.platform === b.platform && a.cpus === b.cpus && alike;
}
