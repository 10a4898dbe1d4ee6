import type { Finding } from '../model/finding.ts';
import type { SourcePlace } from '../model/profiles.ts';

/** `src/audit/queue.ts:41:17`; without the column where it is not known. */
export function formatPlace(place: Pick<SourcePlace, 'file' | 'line' | 'column'>): string {
  const column = place.column > 0 ? `:${place.column}` : '';
  return place.line > 0 ? `${place.file}:${place.line}${column}` : place.file;
}

/** The line that a finding points to: where the subject lives, else where most of it was allocated. */
export function placeOfFinding(finding: Finding): Finding['subject']['source'] {
  return finding.subject.source ?? finding.allocatedAt?.[0]?.stack[0] ?? null;
}
