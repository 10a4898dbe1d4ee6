import { findingId } from '../../analysis/finding-id.ts';
import { suspectKind } from '../../analysis/heap/suspect-kind.ts';
import { UNEVEN } from '../../analysis/leak-thresholds.ts';
import { growthRates } from '../../heap/growth/keep-suspects.ts';
import type { Confidence, Finding } from '../../model/finding.ts';
import type { HeapGrowth, HeapSuspect } from '../../model/heap-growth.ts';
import type { PlaceOf, SourcePlace } from '../../model/profiles.ts';
import { shellWord } from '../../model/shell-word.ts';
import { formatBytes, formatCount } from '../../model/units.ts';
import { evennessOf } from '../../stats/evenness.ts';
import { holderText } from '../../words/holder.ts';
import { pathText } from '../../words/path.ts';

/** Even growth over this many intervals is likely a leak. A pair of snapshots cannot distinguish a leak from a warm-up. */
const LIKELY_INTERVALS = 2;

/** A suspect as report.json writes findings. Snapshots alone have no clock: what is per hour is unknown. */
export function suspectFinding(suspect: HeapSuspect, index: number, growth: HeapGrowth, placeOf: PlaceOf): Finding {
  const kind = suspectKind(suspect);
  const confidence = confidenceIn(suspect, growth);
  const newObjects = suspect.counts.at(-1)! - suspect.counts[0]!;
  const newBytes = suspect.bytes.at(-1)! - suspect.bytes[0]!;
  return {
    id: findingId(kind, suspect.class, suspect.signature),
    kind,
    confidence,
    severity: suspect.shareOfGrowth >= 0.5 ? 'major' : 'minor',
    rank: index + 1,
    title: `${formatCount(newObjects)} more ${suspect.class} (${formatBytes(newBytes)}) held by ${holderText(suspect.holder)}`,
    subject: {
      class: suspect.class,
      holder: holderText(suspect.holder),
      path: pathText(suspect.path),
      source: sourceOf(placeFor(suspect, placeOf)),
      package: placeFor(suspect, placeOf)?.package ?? null,
    },
    growth: {
      bytesPerHour: null,
      bytesPerHourCI: null,
      bytesPerRequest: suspect.bytesPerRequest,
      objectsPerRequest: suspect.objectsPerRequest,
      shareOfGrowth: suspect.shareOfGrowth,
      timeToLimitMs: null,
      timeToLimitCI: [null, null],
    },
    evidence: [
      {
        what: `${suspect.class}: ${suspect.counts.map(formatCount).join(', ')} objects in the snapshots, ${suspect.bytes.map(formatBytes).join(', ')}`,
        file: growth.snapshots.at(-1)?.file ?? null,
      },
    ],
    against: againstIt(suspect, growth),
    verify: `profiler heap diff ${growth.snapshots.map(({ file }) => shellWord(file)).join(' ')}`,
    recommendation: `See where ${suspect.class} is added to ${holderText(suspect.holder)}, and what should remove it.`,
  };
}

/** The place that a reader should open first: where the objects come from, else where the holder lives. */
export function placeFor(suspect: HeapSuspect, placeOf: PlaceOf): SourcePlace | null {
  const at = suspect.anchorLocation ?? suspect.classLocation;
  return at && placeOf(at.scriptUrl, at.line0, at.column0, at.functionName, at.variable);
}

function sourceOf(place: SourcePlace | null): Finding['subject']['source'] {
  return place && { file: place.file, line: place.line, column: place.column, function: place.function };
}

function confidenceIn(suspect: HeapSuspect, growth: HeapGrowth): Confidence {
  const intervals = growth.snapshots.length - 1;
  const isEven = (evennessOf(growthRates(suspect.bytes, growth.requests)) ?? 1) >= UNEVEN;
  return intervals >= LIKELY_INTERVALS && isEven && suspect.boundHints.length === 0 ? 'likely' : 'possible';
}

function againstIt(suspect: HeapSuspect, growth: HeapGrowth): string[] {
  const reasons: string[] = [];
  if (growth.snapshots.length < 3)
    reasons.push('two snapshots cannot tell a leak from a cache or table that is filling');
  if (suspect.boundHints.length > 0) reasons.push(`the holder shows a bound: ${suspect.boundHints.join(', ')}`);
  return reasons;
}
