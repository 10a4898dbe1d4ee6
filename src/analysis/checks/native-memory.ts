import { isLeakKind } from '../../model/finding-catalogue.ts';
import { formatBytes, perHour } from '../../model/units.ts';
import { median } from '../../stats/order-statistics.ts';
import { recommend } from '../../words/advice.ts';
import { NATIVE, OUTSIDE, smallestLeak } from '../../words/checks/memory.ts';
import { bytesPerHour } from '../../words/figures.ts';
import { restWords } from '../../words/trend.ts';
import { type Check, type CheckContext, type CheckResult, type FindingDraft, found, insufficient } from '../check.ts';
import { isSeenFromOutside } from '../completeness/find-gaps.ts';
import { doubtByWorkers } from '../completeness/unexamined-workers.ts';
import { findingId } from '../finding-id.ts';
import { EXPLAINED_SHARE, isStraightLine, LONG_LINE_MS, RELEASED_SHARE, SHORT_RUN_MS } from '../leak-thresholds.ts';
import { seriesGrowth } from '../limits.ts';
import { valuesIn } from '../sample-series.ts';
import type { TableEntry } from '../trend-table.ts';

/** Healthy services gain 1 to 13 MB of resident memory in their first thousand requests. */
const LEAST_GROWTH_BYTES = 16_000_000;
/** In a short run, no healthy service gained as much outside of heap and buffers, straight on, and kept it when idle. */
const LEAST_SHORT_GROWTH_BYTES = 32_000_000;

/**
 * Memory that neither V8's heap nor buffers account for: RSS - heap committed - external. It is compared between heap
 * snapshots only, since each leaves RSS high.
 */
export const nativeMemory: Check = {
  name: 'native memory',
  run(context) {
    const words = wordsFor(context);
    const entry = context.trends.judge('native', { leastGrowth: LEAST_GROWTH_BYTES });
    if (!entry) return insufficient(words.notSeen);
    const { trend, verdict } = entry;
    const seen = smallestLeak(entry.smallestSlope);
    if (trend.span < SHORT_RUN_MS) return tooShort(context, entry);
    const isHighWater = verdict === 'plateau' && trend.span >= LONG_LINE_MS;
    if (isHighWater) return found([fragmentation(context, entry)], `${words.cameToRest}; ${seen}`);
    if (verdict !== 'growing') return found([], `${restWords(entry)}, at ${formatBytes(trend.level)}; ${seen}`);
    const detail = `grows by ${bytesPerHour(trend.slope)}; ${seen}`;
    if (isExplained(context, trend.slope)) return found([], words.followsLeak(detail));
    return found([nativeFinding(context, entry)], detail);
  },
};

function wordsFor(context: CheckContext): typeof NATIVE {
  return isSeenFromOutside(context) ? OUTSIDE : NATIVE;
}

/**
 * A short run is no proof. But growth that is this large and straight, and that is kept while the service is idle, is not a
 * pass.
 */
function tooShort(context: CheckContext, entry: TableEntry): CheckResult {
  const words = wordsFor(context);
  const { trend } = entry;
  const open = insufficient(words.tooShort(trend.span, SHORT_RUN_MS));
  const grown = trend.slope * trend.span;
  const isLarge = entry.verdict === 'growing' && isStraightLine(trend) && grown >= LEAST_SHORT_GROWTH_BYTES;
  if (!isLarge || isExplained(context, trend.slope) || (keptShare(context) ?? 1) < 1 - RELEASED_SHARE) return open;
  const short = words.short(trend.span, SHORT_RUN_MS);
  const finding = nativeFinding(context, entry);
  return {
    ...open,
    detail: `${words.notExplained(grown, trend.span)}; ${open.detail}`,
    findings: [{ ...finding, confidence: 'possible', severity: 'minor', against: [short, ...doubtByWorkers(context)] }],
  };
}

/**
 * Of what was gained under load, the share that is still there at the end of the time without requests; null without one.
 */
function keptShare(context: CheckContext): number | null {
  const { idleTail, judged } = context;
  if (idleTail === null) return null;
  const rss = (fromMs: number, toMs: number): number => median(valuesIn(context, 'process.rss', fromMs, toMs));
  const lengthMs = judged.toMs - judged.fromMs;
  const [start, end] = [
    rss(judged.fromMs, judged.fromMs + lengthMs / 10),
    rss(judged.toMs - lengthMs / 10, judged.toMs),
  ];
  const idle = rss(idleTail.toMs - (idleTail.toMs - idleTail.fromMs) / 3, idleTail.toMs);
  const share = (idle - start) / (end - start);
  return Number.isFinite(share) ? share : null;
}

/** Objects, buffers and threads bring native memory along: less of it than of themselves is no leak of its own. */
function isExplained({ earlier }: CheckContext, slope: number): boolean {
  const sure = earlier.filter(({ kind, confidence }) => isLeakKind(kind) && confidence !== 'possible');
  const explained = sure.reduce((sum, { growth }) => sum + (growth?.bytesPerHour ?? 0), 0);
  return sure.some(({ kind }) => kind === 'thread-leak') || explained >= EXPLAINED_SHARE * perHour(slope);
}

/** Up and then at rest, with heap and buffers flat: what the allocator keeps, not what the program holds. Fails no gate. */
function fragmentation(context: CheckContext, { trend }: TableEntry): FindingDraft {
  const words = wordsFor(context);
  return {
    id: findingId('memory-fragmentation', 'native', 'series'),
    kind: 'memory-fragmentation',
    confidence: 'possible',
    severity: 'minor',
    title: words.fragmentTitle(trend.slope * trend.span),
    subject: { class: words.class, holder: words.allocator, path: [], source: null, package: null },
    growth: null,
    firstSeenMs: Math.max(0, context.judged.fromMs - context.whole.fromMs),
    evidence: [{ what: words.fragmentEvidence(trend.latest, trend.halfRatio ?? 0), file: 'samples.ndjson' }],
    against: [words.fragmentAgainst],
    recommendation: recommend('memory-fragmentation', { holder: words.allocator, subject: words.class }),
  };
}

function nativeFinding(context: CheckContext, entry: TableEntry): FindingDraft {
  const words = wordsFor(context);
  const { trend } = entry;
  const confidence = isStraightLine(trend) ? (trend.span >= LONG_LINE_MS ? 'confirmed' : 'likely') : 'possible';
  return {
    id: findingId('native-memory-leak', 'native', 'series'),
    kind: 'native-memory-leak',
    confidence,
    severity: confidence === 'possible' ? 'minor' : 'major',
    title: words.title(trend.slope),
    subject: { class: words.class, holder: words.process, path: [], source: null, package: null },
    growth: seriesGrowth(context, entry, 'outside'),
    firstSeenMs: Math.max(0, context.judged.fromMs - context.whole.fromMs),
    evidence: [{ what: words.evidence(trend, trend.halfRatio ?? 0), file: 'samples.ndjson' }],
    against: [words.against, ...doubtByWorkers(context)],
    recommendation: recommend('native-memory-leak', { holder: words.process, subject: words.class }),
  };
}
