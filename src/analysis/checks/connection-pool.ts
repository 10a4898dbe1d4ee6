import { type CallSite, queriesFile } from '../../model/database.ts';
import type { Confidence, Evidence } from '../../model/finding.ts';
import type { MetricName } from '../../model/metric-catalogue.ts';
import type { Sample } from '../../model/sample.ts';
import { formatCount, formatDuration } from '../../model/units.ts';
import { totalGain } from '../../stats/counters.ts';
import { recommend } from '../../words/advice.ts';
import { figure, percent } from '../../words/figures.ts';
import { code } from '../../words/terms.ts';
import { type Check, type CheckContext, type FindingDraft, found, insufficient } from '../check.ts';
import { findingId } from '../finding-id.ts';
import { packageAt, sourceAt } from '../queries/query-subject.ts';
import { isInside } from '../spans.ts';

/** Samples right after the load stops still see requests being finished. */
const SETTLED_MS = 1_000;
/** A listener or a lock of the program may keep one connection for good; one more is chance. */
const LEAST_HELD = 2;
const SLOW_ACQUIRE_MS = 50;
const FAILED_SHARE = 0.01;
const STUCK_MS = 10_000;

/** Are connections of the pool given back, and are there enough? Judged from the pools themselves. */
export const connectionPool: Check = {
  name: 'connection pool',
  run(context) {
    const samples = context.run.samples.filter(({ values }) => values['pool.total'] !== undefined);
    const last = samples.at(-1);
    if (!last) return insufficient('no pool of a known database driver was seen inside the service');
    const kept = keptAtRest(context, samples);
    const waits = waitsUnderLoad(context, samples);
    const limit = last.values['pool.limit'] ?? 0;
    const finding = kept
      ? keptFinding(context, kept, waits, limit)
      : waits && isTooSmall(waits)
        ? tooSmallFinding(context, waits, limit)
        : null;
    const acquired = waits ? `; a connection was waited for ${figure(waits.meanMs)} ms on average` : '';
    return found(
      finding ? [finding] : [],
      `${formatCount(out(last))} of ${formatCount(limit)} connections in use at the end${acquired}`,
    );
  },
};

interface Kept {
  readonly before: number;
  readonly after: number;
  readonly waiting: number;
  readonly forMs: number;
}

interface Waits {
  readonly acquires: number;
  readonly failures: number;
  readonly meanMs: number;
  readonly maxMs: number;
  /** Share of the samples under load in which somebody waited and nothing was free. */
  readonly share: number;
}

function out({ values }: Sample): number {
  return (values['pool.total'] ?? 0) - (values['pool.idle'] ?? 0);
}

/** Connections that are in use though no request is: more at the last rest than at the first. */
function keptAtRest(context: CheckContext, samples: readonly Sample[]): Kept | null {
  const segment = samples.at(-1)?.segment;
  const atRest = samples.filter((sample) => sample.segment === segment && isAtRest(context, sample));
  const [first, last] = [atRest[0], atRest.at(-1)];
  if (!first || !last) return stuck(samples);
  const tail = atRest.filter(({ monoMs }) => monoMs >= last.monoMs - 3 * context.sampleIntervalMs);
  const after = Math.min(...tail.map(out));
  const before = first === last || first.monoMs === tail[0]?.monoMs ? 0 : out(first);
  const waiting = last.values['pool.waiting'] ?? 0;
  const since = atRest.findLast((sample) => out(sample) < after)?.monoMs ?? first.monoMs;
  return after - before >= LEAST_HELD || waiting > 0
    ? { before, after, waiting, forMs: last.monoMs - since }
    : stuck(samples);
}

/** No load of ours and no request in progress: whoever still holds a connection has forgotten it. Those that wait for one count as in progress. */
function isAtRest({ idleTail, loaded, judged }: CheckContext, { monoMs, values }: Sample): boolean {
  const active = values['requests.active'];
  if (active === undefined || active > (values['pool.waiting'] ?? 0)) return false;
  const inTail = idleTail !== null && monoMs >= idleTail.fromMs + SETTLED_MS;
  const inPause = monoMs >= judged.fromMs && monoMs <= judged.toMs && !isInside(loaded, monoMs);
  return inTail || inPause || active === 0;
}

/** Where the load never rests: callers wait, and for a long time nobody was given a connection. */
function stuck(samples: readonly Sample[]): Kept | null {
  const last = samples.at(-1);
  if (!last || (last.values['pool.waiting'] ?? 0) === 0) return null;
  const got = (sample: Sample): number =>
    (sample.values['pool.acquires'] ?? 0) - (sample.values['pool.acquire.failures'] ?? 0);
  const since = samples.find((sample) => sample.segment === last.segment && got(sample) === got(last));
  const forMs = last.monoMs - (since?.monoMs ?? last.monoMs);
  return forMs >= STUCK_MS ? { before: 0, after: out(last), waiting: last.values['pool.waiting'] ?? 0, forMs } : null;
}

function waitsUnderLoad({ loaded }: CheckContext, samples: readonly Sample[]): Waits | null {
  const under = samples.filter(({ monoMs }) => isInside(loaded, monoMs));
  const segment = under.at(-1)?.segment;
  const own = under.filter((sample) => sample.segment === segment);
  const grown = (name: MetricName): number => totalGain(own, name) ?? 0;
  const acquires = grown('pool.acquires');
  if (acquires <= 0) return null;
  const waiting = own.filter(({ values }) => (values['pool.waiting'] ?? 0) > 0 && values['pool.idle'] === 0);
  return {
    acquires,
    failures: grown('pool.acquire.failures'),
    meanMs: grown('pool.acquire.time') / acquires,
    maxMs: Math.max(...own.map(({ values }) => values['pool.acquire.max'] ?? 0)),
    share: waiting.length / own.length,
  };
}

function isTooSmall({ meanMs, failures, acquires }: Waits): boolean {
  return meanMs >= SLOW_ACQUIRE_MS || failures >= FAILED_SHARE * acquires;
}

function keptFinding(context: CheckContext, kept: Kept, waits: Waits | null, limit: number): FindingDraft {
  const { before, after, waiting, forMs } = kept;
  const queries = context.run.database?.queries.at(-1);
  const holders = (queries?.pools ?? []).flatMap((pool) => pool.holders);
  const holder = [...holders].sort((a, b) => b.held - a.held)[0] ?? null;
  const confidence: Confidence =
    waiting > 0 || after >= limit || (holder && holder.held > LEAST_HELD) ? 'confirmed' : 'likely';
  const all = after >= limit ? `all ${formatCount(limit)}` : `${formatCount(after)} of ${formatCount(limit)}`;
  return {
    ...finding(context, holder, 'kept'),
    confidence,
    severity: after >= limit ? 'critical' : 'major',
    title: `${all.charAt(0).toUpperCase()}${all.slice(1)} connections of the pool are in use though no request is: they are not given back.`,
    evidence: [
      {
        what: `In use at rest: ${formatCount(before)} first, ${formatCount(after)} last, for ${formatDuration(forMs)} by then; ${formatCount(waiting)} callers waited.`,
        file: 'samples.ndjson',
      },
      ...holders.slice(0, 3).map((each) => ({
        what: `${formatCount(each.held)} of them were taken at ${code(lineOf(context, each))}, the oldest ${formatDuration(each.oldestMs)} before.`,
        file: queries ? queriesFile(queries) : null,
      })),
      ...waitEvidence(waits),
    ],
    against:
      waiting > 0 || after >= limit
        ? []
        : ['A connection that is kept on purpose (LISTEN, an advisory lock) looks the same.'],
  };
}

function tooSmallFinding(context: CheckContext, waits: Waits, limit: number): FindingDraft {
  return {
    ...finding(context, null, 'small'),
    confidence: 'likely',
    severity: waits.failures > 0 ? 'critical' : 'major',
    title: `A pool of ${formatCount(limit)} is too small for this load, or its connections are held too long: callers wait ${figure(waits.meanMs)} ms for one.`,
    recommendation: `Take a connection as late as you can and give it back before other work; then raise \`max\` of the pool, as far as the database bears it. ${recommend('pool-exhaustion', { holder: 'the pool', subject: 'the pool' })}`,
    evidence: waitEvidence(waits),
    against: [
      'Slow queries and work between two queries hold a connection longer: then a larger pool only moves the queue into the database.',
    ],
  };
}

function finding(
  context: CheckContext,
  holder: CallSite | null,
  what: string,
): Pick<FindingDraft, 'id' | 'kind' | 'subject' | 'growth' | 'recommendation'> {
  const name = context.run.database?.queries.at(-1)?.pools[0]?.name ?? 'the database';
  return {
    id: findingId('pool-exhaustion', 'pool', what),
    kind: 'pool-exhaustion',
    subject: {
      class: 'Pool',
      holder: `pool of connections to ${name}`,
      path: [],
      source: sourceAt(context.run, holder),
      package: packageAt(context.run, holder),
    },
    growth: null,
    recommendation: recommend('pool-exhaustion', { holder: 'the pool', subject: 'the pool' }),
  };
}

function waitEvidence(waits: Waits | null): Evidence[] {
  if (!waits) return [];
  const { acquires, failures, meanMs, maxMs, share } = waits;
  const failed = failures > 0 ? `, ${formatCount(failures)} were not given` : '';
  return [
    {
      what: `Under load ${formatCount(acquires)} connections were asked for${failed}; the wait was ${figure(meanMs)} ms on average and ${figure(maxMs)} ms at most. In ${percent(share)} of the samples somebody waited and none was free.`,
      file: 'samples.ndjson',
    },
  ];
}

function lineOf(context: CheckContext, site: CallSite): string {
  const source = sourceAt(context.run, site);
  return source ? `${source.file}:${source.line}` : site.url;
}
