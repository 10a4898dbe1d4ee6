import type { Finding } from '../model/finding.ts';
import type { CapacityCurve, StressReport, StressStage } from '../model/stress-report.ts';
import { formatCount } from '../model/units.ts';
import { fitScalability } from '../stats/universal-scalability.ts';
import { findingId } from './finding-id.ts';
import { whatGaveWay } from './gave-way.ts';

/** A level is good when it held the last time it was tried, bad when it broke then. */
export function breakingInterval(stages: readonly StressStage[]): StressReport['breakingPoint'] {
  const latest = new Map(stages.filter(({ isDoubtful }) => !isDoubtful).map((stage) => [stage.level, stage]));
  const broken = [...latest.values()].filter(({ broke }) => broke.length > 0);
  const to = broken.length === 0 ? null : Math.min(...broken.map(({ level }) => level));
  const held = [...latest.values()].filter(({ level, broke }) => broke.length === 0 && (to === null || level < to));
  return {
    from: held.length === 0 ? null : Math.max(...held.map(({ level }) => level)),
    to,
    reasons: broken.find(({ level }) => level === to)?.broke ?? [],
  };
}

/** Throughput over load, of the stages that the generator itself did not limit. */
export function capacityCurve(stages: readonly StressStage[], unit: StressReport['unit']): CapacityCurve {
  const usable = stages.filter(({ isDoubtful, errorShare }) => !isDoubtful && errorShare < 0.05);
  const points = usable.map((stage) => ({
    load: unit === 'users' ? stage.level : stage.inFlight,
    throughput: stage.throughputPerSecond,
  }));
  const fit = fitScalability(points);
  return {
    law: fit.kind === 'fitted' ? { ...fit } : null,
    refusal: fit.kind === 'refused' ? fit.reason : null,
    of: unit === 'users' ? 'users' : 'requests in flight',
    bestThroughput: Math.max(0, ...usable.map(({ throughputPerSecond }) => throughputPerSecond)),
  };
}

const ADVICE: Readonly<Record<string, string>> = {
  cpu: 'Find the hottest function under that load (profiler cpu), make it cheaper, or run one process per core.',
  'event loop':
    'Find what blocks the loop (profiler cpu): synchronous files, large JSON, cryptography on the main thread.',
  memory: 'Find what is held under load (profiler soak), or give the process more memory.',
  pool: 'Make queries shorter or fewer before making the pool larger; see what holds connections (--database).',
  database: 'Look at the slowest queries and the waits of the database (profiler soak --database).',
  dependency: 'Find what the service waits for: database (--database), another service, a limited pool.',
  host: 'The machine has no cores left: leave some to the service, or drive the load from another machine.',
  process: 'The service ended under load: look at its log and exit code first.',
  unknown: 'Name the service (--port or --pid) and repeat, to see what gives way.',
};

/** The breaking point as a finding of a report; null where nothing broke. `repeated`: the level broke more than once. */
export function breakingFinding(
  { from, to, reasons }: StressReport['breakingPoint'],
  stages: readonly StressStage[],
  unit: StressReport['unit'],
): Finding | null {
  const gaveWay = whatGaveWay(stages, to);
  if (to === null || gaveWay === null || gaveWay.resource === 'generator') return null;
  const times = stages.filter(({ level, broke }) => level === to && broke.length > 0).length;
  const between = from === null ? `at ${formatCount(to)}` : `between ${formatCount(from)} and ${formatCount(to)}`;
  return {
    id: findingId('breaking-point', unit, gaveWay.resource),
    kind: 'breaking-point',
    confidence: times > 1 ? 'confirmed' : 'likely',
    severity: 'major',
    rank: 1,
    title: `The service breaks ${between} ${unit}: ${reasons[0] ?? 'it no longer holds'}.`,
    subject: { class: gaveWay.resource, holder: '', path: [], source: null, package: null },
    growth: null,
    evidence: [...reasons, gaveWay.detail].map((what) => ({ what, file: null })),
    against: times > 1 ? [] : ['this level was tried once'],
    recommendation: ADVICE[gaveWay.resource] ?? '',
    verify: '',
  };
}
