import type { TargetProcessStats } from './process-stats/install-process-stats.ts';
import type { TargetQueryProbe } from './query/target-query-probe.ts';
import type { TargetProbe } from './runtime/target-runtime-probe.ts';

/** What the probes need of the registry that attaching left in the target (`target/target-registry.ts`). */
interface Home {
  readonly cleanups: Map<string, () => void>;
  probe?: TargetProbe;
  queries?: TargetQueryProbe;
  processStats?: TargetProcessStats;
}

export function homeOfProbes(): Home {
  const world = globalThis as unknown as Record<symbol, Home | undefined>;
  const home = world[Symbol.for('soak-profiler')];
  if (home === undefined) throw new Error('no tool is attached to this process');
  return home;
}
