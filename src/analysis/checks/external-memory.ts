import { UNKNOWN } from '../../model/finding.ts';
import { formatBytes, perHour } from '../../model/units.ts';
import { recommend } from '../../words/advice.ts';
import { caseAdvice } from '../../words/case-advice.ts';
import { BUFFERS, partOfFinding, smallestLeak } from '../../words/checks/memory.ts';
import { restWords } from '../../words/trend.ts';
import { type Check, type CheckContext, type FindingDraft, found, insufficient } from '../check.ts';
import { findingId } from '../finding-id.ts';
import { bufferSite } from '../heap/buffer-site.ts';
import { EXPLAINED_SHARE, isStraightLine, RELEASED_SHARE, SHORT_RUN_MS } from '../leak-thresholds.ts';
import { seriesGrowth } from '../limits.ts';
import { valuesIn } from '../sample-series.ts';
import type { TableEntry } from '../trend-table.ts';

const LEAST_GROWTH_BYTES = 1_000_000;
/** From this point a collection has examined most of what grew. */
const LATE_SHARE = 2 / 3;

/**
 * Buffers and ArrayBuffers live outside the heap. Where a suspect of the snapshots holds them, that finding has named
 * them; this check speaks where there were no snapshots or nobody in them grew.
 */
export const externalMemory: Check = {
  name: 'external memory',
  run(context) {
    const entry = context.trends.judge('heap.external', { leastGrowth: LEAST_GROWTH_BYTES });
    if (!entry) return insufficient(BUFFERS.notSeen);
    const { trend, verdict } = entry;
    const seen = smallestLeak(entry.smallestSlope);
    if (verdict !== 'growing') return found([], `${restWords(entry)}, at ${formatBytes(trend.level)}; ${seen}`);
    const detail = `${BUFFERS.grow(trend.slope)}; ${seen}`;
    if (isExplained(context, trend.slope)) {
      return { status: 'finding', detail: partOfFinding(detail), findings: [] };
    }
    const released = releasedInIdle(context, trend.slope * trend.span);
    if (released !== null && released >= RELEASED_SHARE) return found([], `${BUFFERS.released}; ${seen}`);
    const finding = externalFinding(context, entry, released);
    // A line that rises to the end of a short run may be a leak: this is not a pass.
    const isOpen = finding.confidence === 'possible' && isStraightLine(trend);
    return isOpen ? { status: 'insufficient-data', detail, findings: [finding] } : found([finding], detail);
  },
};

/** By a leak of buffers, or of objects as heavy that hold them. */
function isExplained({ earlier }: CheckContext, slope: number): boolean {
  return earlier.some(
    ({ kind, confidence, growth }) =>
      kind === 'external-memory-leak' ||
      (confidence !== 'possible' && (growth?.bytesPerHour ?? 0) > EXPLAINED_SHARE * perHour(slope)),
  );
}

function releasedInIdle(context: CheckContext, grown: number): number | null {
  const { idleTail } = context;
  if (idleTail === null || grown <= 0) return null;
  // Unused buffers stay until a collection: without a late collection, a rest says nothing about them.
  const lateMs = context.judged.fromMs + LATE_SHARE * (context.judged.toMs - context.judged.fromMs);
  const isCollected = context.run.events.some(({ type, monoMs }) => type === 'live-heap' && monoMs >= lateMs);
  if (!isCollected) return null;
  const end = Math.min(...valuesIn(context, 'heap.external', idleTail.fromMs, idleTail.toMs));
  const before = context.trends.points('heap.external').at(-1)?.y;
  return Number.isFinite(end) && before !== undefined ? Math.max(0, before - end) / grown : null;
}

function externalFinding(context: CheckContext, entry: TableEntry, released: number | null): FindingDraft {
  const { trend } = entry;
  const isStraight = isStraightLine(trend);
  const named = bufferSite(context);
  const place = named?.site?.place ?? null;
  const about = { holder: BUFFERS.holder, subject: BUFFERS.class };
  const advice =
    named?.changes && caseAdvice({ kind: 'external-memory-leak', ...about, ...named.changes, brokenBound: null });
  const confidence = isStraight && (released !== null || trend.span >= SHORT_RUN_MS) ? 'likely' : 'possible';
  return {
    id: findingId('external-memory-leak', 'buffers', 'series'),
    kind: 'external-memory-leak',
    confidence,
    severity: confidence === 'likely' ? 'major' : 'minor',
    title: BUFFERS.title(trend.slope, place),
    subject: {
      class: named ? 'Buffer' : 'ArrayBuffer',
      holder: UNKNOWN,
      path: [],
      source: place && { file: place.file, line: place.line, column: place.column, function: place.function },
      package: place?.package ?? null,
      ...named?.changes,
    },
    growth: seriesGrowth(context, entry, 'outside'),
    firstSeenMs: Math.max(0, context.judged.fromMs - context.whole.fromMs),
    evidence: [{ what: BUFFERS.evidence(trend), file: 'samples.ndjson' }],
    against: [BUFFERS.against],
    recommendation: advice ?? recommend('external-memory-leak', about),
  };
}
