import type { CheckId } from '../model/check-id.ts';
import { type Finding, UNKNOWN } from '../model/finding.ts';
import { findingInfo, isLeakKind } from '../model/finding-catalogue.ts';
import type { Report } from '../model/report.ts';
import type { Milliseconds } from '../model/units.ts';
import * as say from '../words/verify.ts';
import { isMuchSlower, type MovedLeak, movedLeak } from './moved-leak.ts';
import { unlikeLoad } from './same-exposure.ts';

export type VerifyStatus = 'gone' | 'still-there' | 'not-enough-data';

export interface Verification {
  readonly status: VerifyStatus;
  /** One sentence for people. */
  readonly detail: string;
  /** The finding as it is in the new run; null if there is none. */
  readonly now: Finding | null;
}

const SHORTEST_MS = 60_000;
/** A leak of objects shows in this many of them; twice as many leave no doubt that it is gone. */
const OBJECTS_WANTED = 400;

/**
 * How long a run must be to say whether a finding is gone. A leak that comes with requests needs time for some hundred
 * objects; what needed a long run to be seen (degradations, series without objects) needs as long a run again.
 */
export function verifyDuration(finding: Finding, firstDurationMs: Milliseconds, requests: number): Milliseconds {
  const perRequest = finding.growth?.objectsPerRequest ?? null;
  if (!isLeakKind(finding.kind) || perRequest === null || perRequest <= 0 || requests <= 0) {
    return Math.max(SHORTEST_MS, firstDurationMs);
  }
  const neededMs = (OBJECTS_WANTED / perRequest / requests) * firstDurationMs;
  return Math.round(Math.max(SHORTEST_MS, Math.min(neededMs, firstDurationMs)));
}

/**
 * Is a finding of the first report in this one too? By its id, else by the same holder or class and kind. What is not seen
 * is gone only where the service was asked the same, and often enough.
 */
export function verifyFinding(before: Finding, first: Report, report: Report): Verification {
  const now =
    report.findings.find(({ id }) => id === before.id) ??
    report.findings.find((other) => isSame(before, other)) ??
    null;
  if (now && now.confidence !== 'possible') {
    return { status: 'still-there', detail: say.stillThere(now.confidence, change(before, now), now.title), now };
  }
  if (now) {
    return { status: 'not-enough-data', detail: say.maybeThere(change(before, now), now.title), now };
  }
  const moved = movedLeak(before, first, report);
  if (moved) return judgeMoved(before, moved);
  const nameless = growthWithoutName(before, report);
  if (nameless) {
    return { status: 'not-enough-data', detail: say.maybeNameless(nameless.title), now: null };
  }
  const reasons = whyUntold(before, first, report);
  if (reasons.length > 0) {
    return { status: 'not-enough-data', detail: say.notEnoughData(reasons), now: null };
  }
  return { status: 'gone', detail: say.gone(report.run.durationMs, report.run.requests), now: null };
}

/** Nobody holds it as before, and something leaks that did not before. */
function judgeMoved(before: Finding, { finding, isSameLeak }: MovedLeak): Verification {
  const { title, confidence } = finding;
  if (!isSameLeak) return { status: 'not-enough-data', detail: say.otherLeak(confidence, title), now: finding };
  const words = change(before, finding);
  return confidence === 'possible'
    ? { status: 'not-enough-data', detail: say.maybeElsewhere(words, title), now: finding }
    : { status: 'still-there', detail: say.heldElsewhere(confidence, words, title), now: finding };
}

/** Why a run in which the finding is not seen cannot say that it is gone. Empty when it can. */
function whyUntold(before: Finding, first: Report, report: Report): string[] {
  const { run, checked, gates, completeness } = report;
  const needed = checksThatFind(before);
  if (needed.length === 0) return [say.WHY_NOT.noCheck(before.kind)];
  const reasons = [...(completeness?.missing ?? [])];
  if (run.requests === 0 && isLeakKind(before.kind)) reasons.push(say.WHY_NOT.noRequests);
  else if (reasons.length === 0) reasons.push(...unlikeLoad(before, first, report));
  for (const check of needed) {
    const result = checked.find((one) => one.check === check);
    if (result === undefined) reasons.push(say.WHY_NOT.checkMissing(check));
    else if (result.status === 'insufficient-data') reasons.push(say.WHY_NOT.checkOpen(check, result.detail));
  }
  // Snapshots see one object a request; the size of the heap alone does not.
  if ((before.countSeries?.length ?? 0) > 1 && completeness && completeness.snapshots.taken < 2)
    reasons.push(say.WHY_NOT.fewSnapshots);
  if (findingInfo(before.kind).gate === 'slo' && !isHeld(before, gates))
    reasons.push(say.WHY_NOT.limitOpen(before.subject.holder));
  return [...new Set(reasons)];
}

/**
 * The checks that must have judged a run before it can say that this finding is gone: the one that found it, else all that
 * could.
 */
function checksThatFind({ kind, foundBy }: Finding): readonly CheckId[] {
  const able: readonly CheckId[] = findingInfo(kind).checks ?? [];
  if (foundBy !== undefined && able.includes(foundBy)) return [foundBy];
  // What the service says of itself is read only where that is asked for: without it, it found nothing.
  return able.filter((check) => check !== 'metrics of the service');
}

/** Memory that grows without a known holder may be the finding that is verified. */
function growthWithoutName(before: Finding, { findings }: Report): Finding | undefined {
  // Growth of the JS heap hides all that lives there, and what it takes along outside.
  const isHeldInHeap = findingInfo(before.kind).checks?.includes('JS heap') ?? false;
  return findings.find(
    ({ kind, subject, growth }) =>
      subject.holder === UNKNOWN &&
      (kind === before.kind || (kind === 'js-heap-leak' && isHeldInHeap)) &&
      !isMuchSlower(before.growth, growth),
  );
}

/** A limit is held only where it was asked for again, and measured. */
function isHeld({ subject }: Finding, gates: Report['gates']): boolean {
  return gates.some(({ name, status }) => name === subject.holder && status === 'pass');
}

function isSame(before: Finding, other: Finding): boolean {
  if (other.kind !== before.kind) return false;
  const [a, b] = [before.subject, other.subject];
  return a.holder === b.holder && a.holder !== UNKNOWN && (a.class === b.class || !isLeakKind(before.kind));
}

/** Objects per request, then and now; null if either was not counted. */
function change(before: Finding, now: Finding): say.Change | null {
  const [was, is] = [before.growth?.objectsPerRequest, now.growth?.objectsPerRequest];
  return typeof was === 'number' && typeof is === 'number' ? { was, is } : null;
}
