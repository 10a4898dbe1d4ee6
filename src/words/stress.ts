import type { StressReport, StressResource } from '../model/stress-report.ts';
import { type Bytes, formatBytes, formatCount, type Milliseconds, type Share } from '../model/units.ts';
import { percent } from './figures.ts';

/** Why a level broke. */
export const PROCESS_ENDED = 'the process of the service ended';
export const NO_ANSWER = 'no request was answered';

export function requestsFailed(share: Share, limit: Share): string {
  return `${percent(share)} of the requests failed (threshold ${percent(limit)})`;
}

export function limitBroken(limit: string, windows: number): string {
  return `${limit} did not hold in ${windows} windows in a row`;
}

export function arrivalsLate(answered: Share, limit: Share): string {
  return `${percent(answered)} of the arrivals were answered in time (threshold ${percent(limit)})`;
}

export function throughputFell(now: number, best: number): string {
  return `throughput fell to ${formatCount(Math.round(now))}/s while the load rose (it was ${formatCount(Math.round(best))}/s)`;
}

/** What reached its limit, as it was observed. */
export const SEEN = {
  memory: (share: Share, rssBytes: Bytes | undefined): string =>
    `memory reached ${percent(share)} of its limit${rssBytes === undefined ? '' : ` (RSS ${formatBytes(rssBytes)})`}`,
  collections: (share: Share): string => `collections took ${percent(share)} of the time`,
  poolWait: (callers: number): string => `${callers.toFixed(1)} callers waited for a connection of the pool on average`,
  cpuFromOutside: (cpuPercent: number): string => `CPU was at ${cpuPercent.toFixed(0)} % of one core`,
  cpu: (cpuPercent: number, loop: Share): string =>
    `the main thread had no time left: CPU ${cpuPercent.toFixed(0)} % of a core, event loop busy ${percent(loop)}`,
  noCore: (share: Share): string => `the service was ready to run and waited for a core ${percent(share)} of the time`,
  loopBlocked: (loop: Share): string =>
    `the event loop was busy ${percent(loop)} while CPU was not: something blocks it`,
  loopLate: (p99Ms: Milliseconds): string => `the event loop was delayed by ${Math.round(p99Ms)} ms (99th percentile)`,
  processEnded: 'the process of the service ended: look at its own log',
  nothing: 'the service was not watched: name it with --port or --pid to see what runs out first',
  outsideAlone: (cpuPercent: number): string =>
    `CPU was at ${cpuPercent.toFixed(0)} % of a core. The service was watched only from outside: name the service with --port or --pid to see its event loop`,
  notTheProcess: (cpuPercent: number, loop: Share): string =>
    `the service itself had time left (CPU ${cpuPercent.toFixed(0)} %, event loop busy ${percent(loop)}): it waits for something else, most often its database or another service`,
} as const;

export const STRESS_ADVICE: Readonly<Record<Exclude<StressResource, 'generator'>, string>> = {
  cpu: 'Find the hottest function under that load (profiler cpu), make it cheaper, or run one process per core.',
  'event loop':
    'Find what blocks the loop (profiler cpu): synchronous files, large JSON, cryptography on the main thread.',
  memory: 'Find what is held under load (profiler soak), or give the process more memory.',
  pool: 'Make queries shorter or fewer before making the pool larger; see what holds connections (--database).',
  database: 'Look at the slowest queries and the waits of the database (profiler soak --database).',
  dependency: 'Find what the service waits for: database (--database), another service, a limited pool.',
  host: 'The machine has no cores left: leave some to the service, or drive the load from another machine.',
  process: 'The service ended under load: look at its log and exit code first.',
  unknown: 'Name the service (--port or --pid) and repeat, to see what runs out first.',
};

export const TRIED_ONCE = 'this level was tested once';

/** `from`: the highest level that held; null if none did. */
export function breaksTitle(
  from: number | null,
  to: number,
  unit: StressReport['unit'],
  reason: string = 'the service breaks',
): string {
  const between = from === null ? `at ${formatCount(to)}` : `between ${formatCount(from)} and ${formatCount(to)}`;
  return `The service breaks ${between} ${unit}: ${reason}.`;
}
