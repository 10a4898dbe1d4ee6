import { type Finding, type Growth, UNKNOWN } from '../model/finding.ts';
import { isLeakKind } from '../model/finding-catalogue.ts';
import type { Report } from '../model/report.ts';

/** Growth that is this much slower than the finding was is something else. */
const LEAST_OF_GROWTH = 0.25;

/** What stays of a leak that a new run shows under another holder. */
export interface MovedLeak {
  readonly finding: Finding;
  /**
   * The same class, or as many bytes or objects per request: the leak itself. Else only something that the first run did not
   * have.
   */
  readonly isSameLeak: boolean;
}

/**
 * The leak of a new run that the first run did not have, where the leak that is looked for is not seen under its holder. A
 * fix that only moves objects, or a renamed variable, changes the holder and with it the id of the finding.
 */
export function movedLeak(before: Finding, first: Report, now: Report): MovedLeak | null {
  if (!isLeakKind(before.kind)) return null;
  const added = now.findings.filter((other) => isLeakKind(other.kind) && isAdded(before, other, first));
  const same = added.find((other) => isSameLeak(before, other));
  if (same) return { finding: same, isSameLeak: true };
  const other = added.find(({ confidence }) => confidence !== 'possible');
  return other ? { finding: other, isSameLeak: false } : null;
}

/** Is growth known to be far slower than it was? False for growth that was not measured. */
export function isMuchSlower(before: Growth | null, now: Growth | null): boolean {
  return ratioOfGrowth(before, now) < LEAST_OF_GROWTH;
}

function isSameLeak(before: Finding, { kind, subject, growth, confidence }: Finding): boolean {
  if (kind !== before.kind || subject.holder === UNKNOWN) return false;
  const ratio = ratioOfGrowth(before.growth, growth);
  if (subject.class === before.subject.class) return !(ratio < LEAST_OF_GROWTH);
  return confidence !== 'possible' && ratio >= LEAST_OF_GROWTH;
}

/** The first run had no such finding, or one that grew far less: then its holder may have taken over what is looked for. */
function isAdded(before: Finding, other: Finding, first: Report): boolean {
  const was = first.findings.find(
    ({ id, kind, subject }) =>
      id === other.id ||
      (kind === other.kind && subject.holder === other.subject.holder && subject.class === other.subject.class),
  );
  if (was === undefined) return true;
  const [lookedFor, then, now] = [before.growth, was.growth, other.growth].map((one) => one?.objectsPerRequest ?? null);
  if (lookedFor == null || then == null || now == null) return false;
  return was.id !== before.id && now - then >= lookedFor / 2 && now >= 2 * then;
}

/** Now to then, by request where both are known, else by time; NaN where neither is. */
function ratioOfGrowth(before: Growth | null, now: Growth | null): number {
  for (const measure of ['bytesPerRequest', 'objectsPerRequest', 'bytesPerHour', 'perHour'] as const) {
    const [was, is] = [before?.[measure] ?? null, now?.[measure] ?? null];
    if (was !== null && is !== null && was > 0) return is / was;
  }
  return Number.NaN;
}
