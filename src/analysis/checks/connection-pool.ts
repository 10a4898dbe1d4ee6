import { type CallSite, queriesFile } from '../../model/database.ts';
import type { Confidence, Evidence } from '../../model/finding.ts';
import type { MetricName } from '../../model/metric-catalogue.ts';
import type { Sample } from '../../model/sample.ts';
import { totalGain } from '../../stats/counters.ts';
import { recommend } from '../../words/advice.ts';
import * as say from '../../words/checks/connection-pool.ts';
import { shortOfCores } from '../around-step.ts';
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
    if (!last) return insufficient(say.NO_POOL);
    const kept = keptAtRest(context, samples);
    const waits = waitsUnderLoad(context, samples);
    const limit = last.values['pool.limit'] ?? 0;
    const finding = kept
      ? keptFinding(context, kept, waits, limit)
      : waits && isTooSmall(waits)
        ? tooSmallFinding(context, waits, limit)
        : null;
    return found(finding ? [finding] : [], say.inUse(out(last), limit, waits?.meanMs ?? null));
  },
};

function out({ values }: Sample): number {
  return (values['pool.total'] ?? 0) - (values['pool.idle'] ?? 0);
}

/** Connections that are in use though no request is: more at the last rest than at the first. */
function keptAtRest(context: CheckContext, samples: readonly Sample[]): say.AtRest | null {
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

/**
 * No load of ours and no request in progress: a connection that is still held was not returned. Requests that wait for one
 * count as in progress.
 */
function isAtRest({ idleTail, loaded, judged }: CheckContext, { monoMs, values }: Sample): boolean {
  const active = values['requests.active'];
  if (active === undefined || active > (values['pool.waiting'] ?? 0)) return false;
  const inTail = idleTail !== null && monoMs >= idleTail.fromMs + SETTLED_MS;
  const inPause = monoMs >= judged.fromMs && monoMs <= judged.toMs && !isInside(loaded, monoMs);
  return inTail || inPause || active === 0;
}

/** If the load never rests: callers wait, and for a long time none of them was given a connection. */
function stuck(samples: readonly Sample[]): say.AtRest | null {
  const last = samples.at(-1);
  if (!last || (last.values['pool.waiting'] ?? 0) === 0) return null;
  const got = (sample: Sample): number =>
    (sample.values['pool.acquires'] ?? 0) - (sample.values['pool.acquire.failures'] ?? 0);
  const since = samples.find((sample) => sample.segment === last.segment && got(sample) === got(last));
  const forMs = last.monoMs - (since?.monoMs ?? last.monoMs);
  return forMs >= STUCK_MS ? { before: 0, after: out(last), waiting: last.values['pool.waiting'] ?? 0, forMs } : null;
}

function waitsUnderLoad({ loaded }: CheckContext, samples: readonly Sample[]): say.Waits | null {
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

function isTooSmall({ meanMs, failures, acquires }: say.Waits): boolean {
  return meanMs >= SLOW_ACQUIRE_MS || failures >= FAILED_SHARE * acquires;
}

function keptFinding(context: CheckContext, kept: say.AtRest, waits: say.Waits | null, limit: number): FindingDraft {
  const { after, waiting } = kept;
  const queries = context.run.database?.queries.at(-1);
  const holders = (queries?.pools ?? []).flatMap((pool) => pool.holders);
  const holder = [...holders].sort((a, b) => b.held - a.held)[0] ?? null;
  const confidence: Confidence =
    waiting > 0 || after >= limit || (holder && holder.held > LEAST_HELD) ? 'confirmed' : 'likely';
  return {
    ...finding(context, holder, 'kept'),
    confidence,
    severity: after >= limit ? 'critical' : 'major',
    title: say.keptTitle(after, limit),
    evidence: [
      { what: say.atRest(kept), file: 'samples.ndjson' },
      ...holders.slice(0, 3).map((each) => ({
        what: say.takenAt(each.held, lineOf(context, each), each.oldestMs),
        file: queries ? queriesFile(queries) : null,
      })),
      ...waitEvidence(waits),
    ],
    against: waiting > 0 || after >= limit ? [] : [say.KEPT_ON_PURPOSE],
  };
}

function tooSmallFinding(context: CheckContext, waits: say.Waits, limit: number): FindingDraft {
  const doubt = waits.failures > 0 ? null : shortOfCores(context);
  return {
    ...finding(context, null, 'small'),
    confidence: doubt === null ? 'likely' : 'possible',
    severity: waits.failures > 0 ? 'critical' : doubt === null ? 'major' : 'minor',
    title: say.tooSmallTitle(limit, waits.meanMs),
    recommendation: `${say.TOO_SMALL_ADVICE} ${recommend('pool-exhaustion', { holder: say.POOL, subject: say.POOL })}`,
    evidence: waitEvidence(waits),
    against: [say.SLOW_WORK, ...(doubt === null ? [] : [doubt])],
  };
}

function finding(
  context: CheckContext,
  holder: CallSite | null,
  what: string,
): Pick<FindingDraft, 'id' | 'kind' | 'subject' | 'growth' | 'recommendation'> {
  const name = context.run.database?.queries.at(-1)?.pools[0]?.name ?? say.UNNAMED;
  return {
    id: findingId('pool-exhaustion', 'pool', what),
    kind: 'pool-exhaustion',
    subject: {
      class: 'Pool',
      holder: say.holder(name),
      path: [],
      source: sourceAt(context.run, holder),
      package: packageAt(context.run, holder),
    },
    growth: null,
    recommendation: recommend('pool-exhaustion', { holder: say.POOL, subject: say.POOL }),
  };
}

function waitEvidence(waits: say.Waits | null): Evidence[] {
  return waits ? [{ what: say.waited(waits), file: 'samples.ndjson' }] : [];
}

function lineOf(context: CheckContext, site: CallSite): string {
  const source = sourceAt(context.run, site);
  return source ? `${source.file}:${source.line}` : site.url;
}
