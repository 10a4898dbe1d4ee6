import type { Confidence, Evidence, Growth } from '../../model/finding.ts';
import type { PoolSeries } from '../../model/heap-growth.ts';
import { type Milliseconds, perHour } from '../../model/units.ts';
import { recommend } from '../../words/advice.ts';
import * as say from '../../words/checks/pools.ts';
import { objectText } from '../../words/holder.ts';
import { pathText } from '../../words/path.ts';
import { type Check, type CheckContext, type FindingDraft, found, insufficient, ok } from '../check.ts';
import { findingId } from '../finding-id.ts';
import { NO_LIMIT } from '../limits.ts';
import { type SnapshotInterval, snapshotIntervals } from '../snapshot-intervals.ts';
import { type Starvation, starvation } from '../starvation.ts';

/** One that is lent out for good (a listener for notifications) is no leak; three more than at the start are. */
const LEAST_GAIN = 3;
const LEAST_WAITING = 10;

/**
 * Are connections returned to their pools? Snapshots are taken while our load is paused: what is lent out then belongs to no
 * request. Without a pool in the snapshots, requests that hang while the service does nothing are all that can be said.
 */
export const pools: Check = {
  name: 'pools',
  run(context) {
    const { heapGrowth } = context.run;
    // What the pools of a known driver say of themselves is surer, and names the line that holds a connection.
    const told = context.earlier.find(
      ({ kind, confidence }) => kind === 'pool-exhaustion' && confidence !== 'possible',
    );
    if (told) return ok(say.toldByPool(told.title));
    const trouble = starvation(context);
    const known = heapGrowth?.pools ?? [];
    const intervals = heapGrowth ? (snapshotIntervals(context, heapGrowth) ?? []) : [];
    const findings = known.flatMap((pool) => poolFinding(context, pool, intervals, trouble) ?? []);
    if (findings.length > 0) return found(findings, findings.map(({ title }) => title).join(' '));
    if (trouble) return found([unnamedPool(trouble)], say.UNNAMED.detail(trouble.what));
    if (known.length === 0) return heapGrowth ? ok(say.NONE_SEEN) : insufficient(say.NOT_COMPARED);
    return ok(known.map(say.poolDetail).join('; '));
  },
};

function poolFinding(
  context: CheckContext,
  pool: PoolSeries,
  intervals: readonly SnapshotInterval[],
  trouble: Starvation | null,
): FindingDraft | null {
  const [first, last] = [pool.inUse[0] ?? 0, pool.inUse.at(-1) ?? 0];
  const waiting = pool.waiting.at(-1) ?? 0;
  const gained = last - first;
  const most = pool.max ?? pool.total.at(-1) ?? null;
  const isDry = waiting > 0 || (most !== null && last >= most);
  const isQuiet = inFlightAtEnd(context, intervals) === 0;
  const neverBack = pool.inUse.every((count, i) => i === 0 || (count ?? 0) >= (pool.inUse[i - 1] ?? 0));
  const isLeak = gained >= LEAST_GAIN && neverBack && isQuiet;
  const isStarving = trouble !== null && isDry && (waiting >= LEAST_WAITING || gained >= LEAST_GAIN);
  if (!isLeak && !isStarving) return null;
  const confidence: Confidence =
    isLeak && isDry && trouble ? 'confirmed' : isLeak || isStarving ? 'likely' : 'possible';
  const place = pool.anchorLocation;
  const source =
    place && context.run.placeOf(place.scriptUrl, place.line0, place.column0, place.functionName, place.variable);
  const grown = intervals.filter((_, i) => (pool.inUse[i + 1] ?? 0) > (pool.inUse[i] ?? 0));
  const growth = growthOf(grown, gained, isDry || most === null ? null : most - last);
  const evidence: (Evidence | null)[] = [
    {
      what: say.bySnapshot(pool),
      file: context.run.heapGrowth?.snapshots.at(-1)?.file ?? null,
    },
    isQuiet ? { what: say.AT_REST, file: 'samples.ndjson' } : null,
    trouble && { what: trouble.what, file: 'samples.ndjson' },
  ];
  const holder = objectText(pool.holder);
  const state = { holder, out: last, most, waiting, perRequest: growth.objectsPerRequest, isDry };
  return {
    id: findingId('pool-exhaustion', pool.class, pool.signature),
    kind: 'pool-exhaustion',
    confidence,
    severity: trouble ? 'critical' : 'major',
    title: isLeak ? say.leakTitle(state) : say.dryTitle(state),
    subject: {
      class: pool.class,
      holder,
      path: pathText(pool.path),
      source: source && { file: source.file, line: source.line, column: source.column, function: source.function },
      package: source?.package ?? null,
    },
    objects: pool,
    growth,
    firstSeenMs: trouble?.atMs ?? Math.max(0, context.judged.fromMs - context.whole.fromMs),
    evidence: evidence.filter((item) => item !== null),
    against: isLeak ? [] : [say.IN_PROGRESS],
    recommendation: recommend('pool-exhaustion', { holder, subject: holder }),
  };
}

/** `grown`: the intervals in which more was lent out than came back; once nothing is left, nothing grows. */
function growthOf(grown: readonly SnapshotInterval[], gained: number, left: number | null): Growth {
  const requests = grown.reduce((sum, interval) => sum + (interval.requests ?? Number.NaN), 0);
  const loadedMs = grown.reduce((sum, interval) => sum + interval.loadedMs, 0);
  const slope = gained / Math.max(1, loadedMs);
  const leftMs = left === null || slope <= 0 ? null : left / slope;
  return {
    bytesPerHour: null,
    bytesPerHourCI: null,
    bytesPerRequest: null,
    objectsPerRequest: requests > 0 ? gained / requests : null,
    shareOfGrowth: null,
    ...NO_LIMIT,
    ...(leftMs === null ? {} : { timeToLimitMs: leftMs }),
    perHour: perHour(slope),
    perHourUnit: say.UNIT,
  };
}

const AROUND_MS = 3_000;

/** Requests in progress when the last snapshot was taken; null if not counted. */
function inFlightAtEnd({ run }: CheckContext, intervals: readonly SnapshotInterval[]): number | null {
  const atMs: Milliseconds | undefined = intervals.at(-1)?.toMs;
  if (atMs === undefined) return null;
  const before = run.samples.findLast(({ monoMs }) => monoMs <= atMs + 50 && monoMs > atMs - AROUND_MS);
  return before?.values['load.in-flight'] ?? before?.values['requests.active'] ?? null;
}

/** The heap does not show it, but an exhausted pool looks like this from outside. */
function unnamedPool(trouble: Starvation): FindingDraft {
  return {
    id: findingId('pool-exhaustion', 'pool', 'series'),
    kind: 'pool-exhaustion',
    confidence: 'possible',
    severity: 'minor',
    title: say.UNNAMED.title,
    subject: { class: 'pool', holder: say.UNNAMED.holder, path: [], source: null, package: null },
    growth: null,
    firstSeenMs: trouble.atMs,
    evidence: [{ what: trouble.what, file: 'samples.ndjson' }],
    against: [say.UNNAMED.against],
    recommendation: recommend('pool-exhaustion', { holder: say.UNNAMED.subject, subject: say.UNNAMED.subject }),
  };
}
