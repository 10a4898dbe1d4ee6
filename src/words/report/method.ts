import type { ReportDocument } from '../../model/report-document.ts';
import type { RunManifest } from '../../model/run-manifest.ts';
import type { ScrapePlan } from '../../model/scrape.ts';
import { formatBytes, formatCount, formatDuration } from '../../model/units.ts';

type Method = ReportDocument['method'];

/** How the run was recorded and analysed. */
export function methodWords({ tool, host, plan, target, heapProfiles }: RunManifest, toolVersion: string): Method {
  return [
    { name: 'Analysed by', value: `profiler ${toolVersion}` },
    { name: 'Recorded by', value: `profiler ${tool.version} on Node ${tool.node}` },
    { name: 'Host', value: `${host.platform} ${host.release}, ${host.cpus} cores, ${formatBytes(host.memoryBytes)}` },
    {
      name: 'Target',
      value: `Node ${target.nodeVersion ?? 'unknown'}, process ${target.pid}: ${target.commandLine.join(' ')}`,
    },
    { name: 'Samples', value: `every ${formatDuration(plan.sampleIntervalMs)}` },
    {
      name: 'CPU',
      value: `windows of ${formatDuration(plan.cpuWindowMs)} that overlap, one sample every ${plan.cpuIntervalUs / 1000} ms`,
    },
    {
      name: 'Allocations',
      value: `one sample every ${formatBytes(heapProfiles.at(-1)?.intervalBytes ?? plan.heapSamplingIntervalBytes)} on average, live objects`,
    },
    { name: 'Snapshots', value: `${plan.snapshots} planned, each after a pause of the load and a collection` },
  ];
}

/** `moving`: figures of the service that moved; `drawn`: those with a chart. */
export function scrapeMethod({ url, intervalMs, series }: ScrapePlan, moving: number, drawn: number): Method[number] {
  return {
    name: "Service's metrics",
    value: `${url} every ${formatDuration(intervalMs)}, ${formatCount(series.length)} series; of ${formatCount(moving)} figures that moved, ${formatCount(drawn)} are drawn`,
  };
}

export function scrapeNote(words: string): string {
  return `Metrics of the service: ${words}.`;
}

export function uncountedCalls(count: number): string {
  return `${count} calls are not in the list: the service has more distinct statements than the profiler keeps.`;
}

/** What a reader finds in a file of the run. */
export const FILE_WORDS = {
  snapshot: (phase: string): string => `heap snapshot (${phase}), opens in Chrome DevTools`,
  workerSnapshot: (thread: number, phase: string): string =>
    `heap snapshot of worker thread ${thread} (${phase}), opens in Chrome DevTools`,
  cpuProfile: 'CPU profile, opens in Chrome DevTools and speedscope',
  heapProfile: 'live allocations by stack, opens in Chrome DevTools',
  samples: 'one line per sample',
  scrapes: "one line per reading of the service's metrics",
  events: 'phases, captures and what they cost, restarts, gaps',
  queries: 'queries as the service made them, without values',
  server: 'statements, plans and tables as the server knows them',
} as const;
