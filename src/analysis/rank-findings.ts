import { type Confidence, type Finding, isDegradationKind, isLeakKind, type Severity } from '../model/finding.ts';
import type { FindingDraft } from './check.ts';

const CONFIDENCE: Readonly<Record<Confidence, number>> = { confirmed: 0, likely: 1, possible: 2 };
const SEVERITY: Readonly<Record<Severity, number>> = { critical: 0, major: 1, minor: 2 };

/**
 * Culprits before symptoms: what is sure before what is possible, leaks before what they bring about (slower answers,
 * broken limits), the heavier before the lighter.
 */
export function rankFindings(drafts: readonly FindingDraft[]): Finding[] {
  return [...drafts]
    .sort((a, b) => compare(keysOf(a), keysOf(b)))
    .map((draft, index) => ({ ...draft, rank: index + 1 }));
}

function keysOf(draft: FindingDraft): number[] {
  return [
    worth(draft),
    kindOrder(draft),
    CONFIDENCE[draft.confidence],
    -(draft.growth?.shareOfGrowth ?? 0),
    SEVERITY[draft.severity],
    -(draft.growth?.bytesPerHour ?? 0),
  ];
}

/** What is sure, what is possible, what is there to be known and no fault. */
function worth({ kind, confidence, severity }: FindingDraft): number {
  if (severity === 'minor' && (kind === 'hot-function' || kind === 'gc-pressure')) return 2;
  return confidence === 'possible' ? 1 : 0;
}

function kindOrder({ kind }: FindingDraft): number {
  // A thread costs megabytes, descriptors and ports: what else piles up is the lesser.
  if (kind === 'thread-leak') return -1;
  if (isLeakKind(kind)) return 0;
  if (kind === 'slow-query' || kind === 'n-plus-one-query') return 1;
  if (kind === 'cpu-degradation') return 2;
  if (isDegradationKind(kind) || kind === 'regression') return 3;
  if (kind === 'slo-breach' || kind === 'breaking-point') return 4;
  return kind === 'hot-function' ? 6 : 5;
}

function compare(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((value, i) => value !== b[i]);
  return at < 0 ? 0 : (a[at] ?? 0) - (b[at] ?? 0);
}
