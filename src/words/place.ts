import type { Finding } from '../model/finding.ts';
import type { SourcePlace } from '../model/profiles.ts';

/** `src/audit/queue.ts:41:17`, `pg@8.23.1/lib/client.js:526:9`; without the column where it is not known. */
export function formatPlace(place: Pick<SourcePlace, 'file' | 'line' | 'column'> & Partial<SourcePlace>): string {
  // The file of a package is shown relative to the root of the package: without the package it would read like one of the
  // application.
  const file = place.package && !place.file.includes('node_modules/') ? `${place.package}/${place.file}` : place.file;
  const column = place.column > 0 ? `:${place.column}` : '';
  return place.line > 0 ? `${file}:${place.line}${column}` : file;
}

/**
 * The line that a finding points to: the service's statement that adds, else where what stays is made, else where its
 * holder lives, else where most was allocated.
 */
export function placeOfFinding({ subject, allocatedAt }: Finding): Finding['subject']['source'] {
  const added = subject.added?.find(({ package: owner }) => owner === null);
  return added ?? subject.madeAt ?? subject.source ?? allocatedAt?.[0]?.stack[0] ?? null;
}

/**
 * The line of the service itself, for hosts that mark lines of a repository: the file of a package is not in it, and its path would
 * be read as one of the repository.
 */
export function ownPlaceOfFinding({ subject, allocatedAt = [] }: Finding): Finding['subject']['source'] {
  const { added = [], madeAt = null, source, package: owner } = subject;
  const frames = allocatedAt[0]?.stack ?? [];
  const known = [...added, ...(madeAt ? [madeAt] : []), ...(source ? [{ ...source, package: owner }] : []), ...frames];
  return known.find((place) => place.package === null && place.line > 0 && !FOREIGN.test(place.file)) ?? null;
}

/** Modules of Node, and packages by their whole path. */
const FOREIGN = /^node:|(?:^|\/)node_modules\//;
