import { type Finding, type Severity, SURENESS } from '../model/finding.ts';
import { FINDING_ORDER, findingInfo } from '../model/finding-catalogue.ts';

const SEVERITY: Readonly<Record<Severity, number>> = { critical: 0, major: 1, minor: 2 };

type Unranked = Pick<Finding, 'kind' | 'confidence' | 'severity' | 'growth'>;

/**
 * Culprits before symptoms: what is sure before what is possible, leaks before what they bring about (slower answers,
 * broken limits), the heavier before the lighter.
 */
export function rankFindings<Draft extends Unranked>(drafts: readonly Draft[]): (Draft & Pick<Finding, 'rank'>)[] {
  return [...drafts]
    .sort((a, b) => compare(keysOf(a), keysOf(b)))
    .map((draft, index) => ({ ...draft, rank: index + 1 }));
}

function keysOf(draft: Unranked): number[] {
  return [
    worth(draft),
    FINDING_ORDER.indexOf(findingInfo(draft.kind).order),
    -SURENESS[draft.confidence],
    -(draft.growth?.shareOfGrowth ?? 0),
    SEVERITY[draft.severity],
    -(draft.growth?.bytesPerHour ?? 0),
  ];
}

/** What is sure, what is possible, what is there to be known and no fault. */
function worth({ kind, confidence, severity }: Unranked): number {
  if (severity === 'minor' && findingInfo(kind).isNoteWhenMinor) return 2;
  return confidence === 'possible' ? 1 : 0;
}

function compare(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((value, i) => value !== b[i]);
  return at < 0 ? 0 : (a[at] ?? 0) - (b[at] ?? 0);
}
