import { isLeakKind } from '../../model/finding-catalogue.ts';
import { formatBytes, formatDuration } from '../../model/units.ts';
import { type Check, type CheckContext, type FindingDraft, found, insufficient } from '../check.ts';
import { findingId } from '../finding-id.ts';
import { isStraightLine, LONG_LINE_MS, SHORT_RUN_MS } from '../leak-thresholds.ts';
import { seriesGrowth } from '../limits.ts';
import { recommend } from '../recommendations.ts';
import type { TableEntry } from '../trend-table.ts';
import { bytesPerHour, figure, perHour } from '../words.ts';

/** Healthy services gain 1 to 13 MB of resident memory in their first thousand requests. */
const LEAST_GROWTH_BYTES = 16_000_000;

/**
 * Memory that neither V8's heap nor buffers account for: RSS - heap committed - external. It is compared between heap
 * snapshots only, since each leaves RSS high.
 */
export const nativeMemory: Check = {
  name: 'native memory',
  run(context) {
    const entry = context.trends.judge('native', { leastGrowth: LEAST_GROWTH_BYTES });
    if (!entry) return insufficient('not judged: resident memory was not seen long enough between heap snapshots');
    const { trend, verdict } = entry;
    const seen = `smallest leak this run could have seen: ${bytesPerHour(entry.smallestSlope)}`;
    if (trend.span < SHORT_RUN_MS) {
      return insufficient(
        `${formatDuration(trend.span)} are too short to tell a native leak from an allocator that keeps what it had; at least ${formatDuration(SHORT_RUN_MS)} are needed`,
      );
    }
    const isHighWater = verdict === 'plateau' && trend.span >= LONG_LINE_MS;
    if (isHighWater) return found([fragmentation(context, entry)], `grew and came to rest; ${seen}`);
    if (verdict !== 'growing') return found([], `${verdict} at ${formatBytes(trend.level)}; ${seen}`);
    const detail = `grows by ${bytesPerHour(trend.slope)}; ${seen}`;
    if (isExplained(context, trend.slope)) {
      return found([], `${detail}; it follows a leak above, which is the cause`);
    }
    return found([nativeFinding(context, entry)], detail);
  },
};

/** Objects, buffers and threads bring native memory along: less of it than of themselves is no leak of its own. */
function isExplained({ earlier }: CheckContext, slope: number): boolean {
  const sure = earlier.filter(({ kind, confidence }) => isLeakKind(kind) && confidence !== 'possible');
  const explained = sure.reduce((sum, { growth }) => sum + (growth?.bytesPerHour ?? 0), 0);
  return sure.some(({ kind }) => kind === 'thread-leak') || explained >= 0.5 * perHour(slope);
}

/** Up and then at rest, with heap and buffers flat: what the allocator keeps, not what the program holds. Fails no gate. */
function fragmentation(context: CheckContext, { trend }: TableEntry): FindingDraft {
  const grown = formatBytes(trend.slope * trend.span);
  return {
    id: findingId('memory-fragmentation', 'native', 'series'),
    kind: 'memory-fragmentation',
    confidence: 'possible',
    severity: 'minor',
    title: `Memory outside of V8 grew by some ${grown} and came to rest: the allocator keeps what was once needed.`,
    subject: { class: 'native memory', holder: 'the allocator', path: [], source: null, package: null },
    growth: null,
    firstSeenMs: Math.max(0, context.judged.fromMs - context.whole.fromMs),
    evidence: [
      {
        what: `RSS without heap and external memory rose to ${formatBytes(trend.latest)}; its second half grew ${figure(trend.halfRatio ?? 0)} times as fast as the first.`,
        file: 'samples.ndjson',
      },
    ],
    against: ['A native leak that slowed down with its load looks the same.'],
    recommendation: recommend('memory-fragmentation', { holder: 'the allocator', subject: 'native memory' }),
  };
}

function nativeFinding(context: CheckContext, { trend }: TableEntry): FindingDraft {
  const isStraight = isStraightLine(trend);
  const confidence = isStraight ? (trend.span >= LONG_LINE_MS ? 'confirmed' : 'likely') : 'possible';
  const interval = `${bytesPerHour(trend.low)} to ${bytesPerHour(trend.high)}`;
  return {
    id: findingId('native-memory-leak', 'native', 'series'),
    kind: 'native-memory-leak',
    confidence,
    severity: confidence === 'possible' ? 'minor' : 'major',
    title: `Memory outside of V8 grows by ${bytesPerHour(trend.slope)} while heap and buffers do not explain it.`,
    subject: { class: 'native memory', holder: 'the process', path: [], source: null, package: null },
    growth: seriesGrowth(context, trend, 'outside'),
    firstSeenMs: Math.max(0, context.judged.fromMs - context.whole.fromMs),
    evidence: [
      {
        what: `RSS without heap and external memory grows by ${bytesPerHour(trend.slope)} (95 % interval ${interval}; R2 ${figure(trend.rSquared)}), second half ${figure(trend.halfRatio ?? 0)} times as fast as the first.`,
        file: 'samples.ndjson',
      },
    ],
    against: ['Fragmentation grows too, towards a level; a longer run tells them apart.'],
    recommendation: recommend('native-memory-leak', { holder: 'the process', subject: 'native memory' }),
  };
}
