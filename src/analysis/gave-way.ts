import type { StageResources, StressReport, StressResource, StressStage } from '../model/stress-report.ts';
import { SEEN } from '../words/stress.ts';

interface Sign {
  readonly resource: StressResource;
  /** What is seen of it, as text; null: nothing. */
  readonly seen: (resources: StageResources) => string | null;
}

/** Of the time: above this the one thread of JavaScript has none left. */
const LOOP_BUSY = 0.95;
/** Percent of a core: helper threads of Node take the rest of what a busy main thread leaves. */
const CORE_BUSY = 85;
/** Of the limit of the heap or of the control group: collections take over above it. */
const MEMORY_FULL = 0.9;
/** Of the time: `gc-pressure` calls as much what hurts. */
const GC_HURTS = 0.25;
/** Of the time that the service was ready to run and had no core. */
const CORE_WAITED_FOR = 0.2;
/** A request waits that long before its first line runs. */
const LOOP_LATE_MS = 200;

/** In the order in which they are believed when several show at one level: what is more particular comes first. */
const SIGNS: readonly Sign[] = [
  {
    resource: 'memory',
    seen: ({ memoryShare, gcShare, rssBytes }) => {
      if (memoryShare !== undefined && memoryShare > MEMORY_FULL) return SEEN.memory(memoryShare, rssBytes);
      return gcShare !== undefined && gcShare > GC_HURTS ? SEEN.collections(gcShare) : null;
    },
  },
  {
    resource: 'pool',
    // Where the thread is busy all the time, connections are held for as long as results wait for it: a larger pool would
    // not help.
    seen: ({ poolWaiting, loopUtilization = 0 }) =>
      poolWaiting !== undefined && poolWaiting >= 1 && loopUtilization < LOOP_BUSY ? SEEN.poolWait(poolWaiting) : null,
  },
  {
    resource: 'cpu',
    seen: ({ cpuPercent, loopUtilization }) => {
      if (cpuPercent === undefined || cpuPercent < CORE_BUSY) return null;
      if (loopUtilization === undefined) return SEEN.cpuFromOutside(cpuPercent);
      return loopUtilization >= LOOP_BUSY ? SEEN.cpu(cpuPercent, loopUtilization) : null;
    },
  },
  {
    resource: 'host',
    seen: ({ runDelayShare }) =>
      runDelayShare !== undefined && runDelayShare > CORE_WAITED_FOR ? SEEN.noCore(runDelayShare) : null,
  },
  {
    resource: 'event loop',
    seen: ({ loopUtilization, loopDelayP99Ms }) => {
      if (loopUtilization !== undefined && loopUtilization >= LOOP_BUSY) return SEEN.loopBlocked(loopUtilization);
      return loopDelayP99Ms !== undefined && loopDelayP99Ms > LOOP_LATE_MS ? SEEN.loopLate(loopDelayP99Ms) : null;
    },
  },
];

/**
 * The resource that gave way first: of the levels up to the one that broke, the lowest that shows a sign. Null when
 * nothing broke.
 */
export function whatGaveWay(stages: readonly StressStage[], brokenAt: number | null): StressReport['gaveWay'] {
  if (brokenAt === null) return null;
  const upTo = stages.filter(({ level }) => level <= brokenAt).sort((a, b) => a.level - b.level);
  const broken = upTo.findLast(({ level }) => level === brokenAt);
  if (broken === undefined) return null;
  if (broken.isDoubtful) {
    return { resource: 'generator', level: brokenAt, detail: broken.generatorLimits.join('; ') };
  }
  if (broken.brokeBy.includes('process-ended')) {
    return { resource: 'process', level: brokenAt, detail: SEEN.processEnded };
  }
  for (const { level, resources } of upTo) {
    for (const { resource, seen } of SIGNS) {
      const detail = seen(resources);
      // What shows early and is gone at the break was not it.
      if (detail !== null && seen(broken.resources) !== null) return { resource, level, detail };
    }
  }
  return { level: brokenAt, ...notTheProcess(broken.resources) };
}

function notTheProcess({ cpuPercent, loopUtilization, databaseConnections }: StageResources): {
  resource: StressResource;
  detail: string;
} {
  if (cpuPercent === undefined) return { resource: 'unknown', detail: SEEN.nothing };
  if (loopUtilization === undefined) return { resource: 'unknown', detail: SEEN.outsideAlone(cpuPercent) };
  return {
    resource: databaseConnections === undefined ? 'dependency' : 'database',
    detail: SEEN.notTheProcess(cpuPercent, loopUtilization),
  };
}
