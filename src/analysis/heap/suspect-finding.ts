import type { ChangingLine } from '../../model/changing-line.ts';
import type { Confidence, Severity } from '../../model/finding.ts';
import type { HeapFindingKind } from '../../model/finding-catalogue.ts';
import type { HeapGrowth, HeapSuspect } from '../../model/heap-growth.ts';
import type { Container } from '../../model/holder.ts';
import { recommend } from '../../words/advice.ts';
import { caseAdvice } from '../../words/case-advice.ts';
import { lineText } from '../../words/changing-lines.ts';
import { DOUBT, NOT_OPEN } from '../../words/checks/heap-suspects.ts';
import { suspectTitle } from '../../words/checks/heap-title.ts';
import { holderText, isText } from '../../words/holder.ts';
import { code } from '../../words/terms.ts';
import type { CheckContext, FindingDraft } from '../check.ts';
import { type ChangingLines, changingLines } from '../code/changing-lines.ts';
import { findingId } from '../finding-id.ts';
import type { TowardsLimit } from '../limits.ts';
import { withDescriptors } from './descriptors-ahead.ts';
import { firstSeenMs } from './first-seen.ts';
import type { GrowthBehaviour } from './growth-tests.ts';
import { judgeBounds } from './judge-bounds.ts';
import type { JudgedSuspect } from './judged-suspect.ts';
import { perRequest } from './per-request.ts';
import { suspectEvidence } from './suspect-evidence.ts';
import { suspectGrowth } from './suspect-growth.ts';
import { asCounted, heldOutside, suspectKind } from './suspect-kind.ts';
import { allocationStacks, subjectOf } from './suspect-place.ts';

/** A judged suspect as a finding of the report. */
export function suspectFinding(judged: JudgedSuspect, context: CheckContext, heapGrowth: HeapGrowth): FindingDraft {
  const { suspect, behaviour, confidence, against, line } = judged;
  const ofPath = heldOutside(context, suspectKind(suspect));
  const kind = asCounted(context, suspect, behaviour, ofPath);
  const where = kind === 'external-memory-leak' ? 'outside' : 'heap';
  const { growth: ofMemory, alone } = suspectGrowth(context, judged, where);
  const { growth, evidence: limits } = withDescriptors(context, kind, behaviour, ofMemory);
  const allocatedAt = allocationStacks(context, suspect);
  const changes = withRoute(context.run.code ? changingLines(suspect, context.run.code) : {}, behaviour);
  return {
    id: findingId(kind, suspect.class, suspect.signature),
    kind,
    confidence,
    severity: severityOf(confidence, alone),
    title: suspectTitle(kind, suspect, { ...behaviour, perRequest: perRequest(behaviour) }),
    subject: { ...subjectOf(suspect, context.run.placeOf, allocatedAt), ...changes },
    objects: suspect,
    growth,
    firstSeenMs: firstSeenMs(context, suspect, behaviour),
    ...(allocatedAt.length > 0 ? { allocatedAt } : {}),
    countSeries: suspect.counts,
    evidence: [
      ...suspectEvidence(suspect, behaviour, heapGrowth, line),
      ...limits,
      ...(kind === ofPath ? [] : [{ what: NOT_OPEN, file: 'samples.ndjson' }]),
    ],
    against: [...against, ...counterHypotheses(suspect, behaviour, changes.removed ?? [])],
    recommendation: adviceFor(kind, suspect, behaviour, changes),
  };
}

/** Which requests lead to the statement that adds. Not where those of another route would fit as well. */
function withRoute(changes: Partial<ChangingLines>, { whole }: GrowthBehaviour): Partial<ChangingLines> {
  const [first, ...more] = changes.added ?? [];
  if (!first || !whole || whole.request === null || whole.rivals.length > 0) return changes;
  const { request, outcome } = whole;
  const route = { route: request, ...(outcome === 'any' ? {} : { outcome }) };
  return { ...changes, added: [{ ...first, ...route }, ...more] };
}

/** From the statements where they are known, else for the kind. */
function adviceFor(
  kind: HeapFindingKind,
  suspect: HeapSuspect,
  behaviour: GrowthBehaviour,
  { added = [], removed = [] }: Partial<ChangingLines>,
): string {
  const about = { holder: holderText(suspect.holder), subject: code(suspect.class) };
  const brokenBound = judgeBounds(suspect, behaviour).broken;
  const handle = suspect.holder.container === 'handles' ? { handle: suspect.holder.class } : {};
  return (
    caseAdvice({
      kind,
      ...about,
      added,
      removed,
      brokenBound,
      ...handle,
      isText: isText(suspect.holder, suspect.class),
      ...('class' in suspect.holder ? { holderClass: suspect.holder.class } : {}),
    }) ?? recommend(kind, about)
  );
}

const DAY_MS = 24 * 3_600_000;

function severityOf(confidence: Confidence, { timeToLimitMs }: TowardsLimit): Severity {
  if (confidence === 'possible') return 'minor';
  return timeToLimitMs !== null && timeToLimitMs < 7 * DAY_MS ? 'critical' : 'major';
}

const CONTAINERS: readonly Container[] = ['map', 'set', 'array', 'object', 'weak-map', 'unknown'];

function counterHypotheses(
  suspect: HeapSuspect,
  behaviour: GrowthBehaviour,
  removed: readonly ChangingLine[],
): string[] {
  const against: string[] = [];
  const isContainer = CONTAINERS.includes(suspect.holder.container);
  const { open, broken } = judgeBounds(suspect, behaviour);
  if (open === null && broken === null && isContainer) {
    const remover = removed.find(({ runs }) => runs !== 0);
    against.push(remover ? DOUBT.bounded(lineText(remover)) : DOUBT.filling);
  }
  if (!behaviour.outlivedIdle) against.push(DOUBT.noIdle);
  return against;
}
